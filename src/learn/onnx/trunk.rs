//! The convolutional layers that Deep-HiTS and CAP share: `network::Trunk`.

use super::chain::Chain;
use crate::learn::network::Trunk;

/// (view · n, channel, 21, 21) to (view · n, 2304).
pub(super) fn trunk<'a>(chain: Chain<'a>, trunk: &Trunk) -> Chain<'a> {
    let (leak, pool) = (trunk.leak, &trunk.pool);
    chain
        .convolution("trunk.conv_1", &trunk.conv_1)
        .rectifier(leak)
        .convolution("trunk.conv_2", &trunk.conv_2)
        .max_pooling(pool)
        .rectifier(leak)
        .convolution("trunk.conv_3", &trunk.conv_3)
        .rectifier(leak)
        .convolution("trunk.conv_4", &trunk.conv_4)
        .rectifier(leak)
        .convolution("trunk.conv_5", &trunk.conv_5)
        .max_pooling(pool)
        .rectifier(leak)
        .flattened()
}
