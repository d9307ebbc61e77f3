//! Floor 1: pure pixel maths. What a shader computes, this room computes too.
