//! The same number gives the same pixels, whatever was made before and on whichever thread.

use destello::{
    domain::{ImageSequence, Role},
    simulate::{SequenceClass, Simulate},
};

use super::{hits, simulator};

#[test]
fn the_same_index_is_the_same_candidate_on_any_thread_and_in_any_order() {
    let simulator = simulator(hits(), &SequenceClass::ALL, &Role::ALL);
    let expected: Vec<_> = (0..21).map(|index| simulator.candidate(index)).collect();
    let backwards: Vec<ImageSequence> = (0..21)
        .rev()
        .map(|index| simulator.candidate(index))
        .collect();
    assert!(expected.iter().eq(backwards.iter().rev()));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let simulator = &simulator;
                scope.spawn(move || {
                    let own = (worker..21).step_by(4);
                    own.map(|index| simulator.candidate(index))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for (worker, made) in workers.into_iter().enumerate() {
            let made = made.join().unwrap();
            assert!(made.iter().eq(expected.iter().skip(worker).step_by(4)));
        }
    });
}

#[test]
fn other_indices_are_other_candidates() {
    let simulator = simulator(hits(), &[SequenceClass::NonVariable], &[Role::Science]);
    let [first, second] = [0, 1].map(|index| simulator.candidate(index));
    assert_ne!(first.id, second.id);
    assert_ne!(first.cube(Role::Science), second.cube(Role::Science));
    assert_ne!(first.truth, second.truth);
}
