//! The sweep's kernel beside the machine's limit: a plain streaming AND that moves as many cache lines.

use std::time::Duration;

use divan::black_box;
use linchpin::engine::{Ask, Circuit, From, LANES, Lanes, Planes, alike_together};

use crate::sweeps::best;

/// How far from a gate its inputs lie.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// Within so many planes before it.
    Local(u32),
    /// Anywhere before it.
    Random,
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % u64::from(n)).expect("smaller than a u32")
    }
}

/// Gates of 3 to 5 inputs each: a half asks for all, a quarter for any, a quarter for 2 or 3 of them.
fn circuit(n: u32, reach: Reach) -> Circuit {
    let n_leaves = n / 20;
    let mut random = Random(3);
    let mut gates: Vec<(Ask, Vec<u32>)> = Vec::new();
    for plane in n_leaves..n_leaves + n {
        let (ask, n_inputs) = match random.below(4) {
            0 | 1 => (Ask::All, 3 + random.below(3)),
            2 => (Ask::Any, 3 + random.below(3)),
            _ => (Ask::AtLeast(2 + random.below(2)), 3 + random.below(3)),
        };
        let least = match reach {
            Reach::Local(window) => plane.saturating_sub(window),
            Reach::Random => 0,
        };
        gates.push((ask, (0..n_inputs).map(|_| least + random.below(plane - least)).collect()));
    }
    // As the engine does for a model.
    let inputs = |gate: usize| {
        gates[gate]
            .1
            .iter()
            .filter_map(|input| input.checked_sub(n_leaves))
            .map(|gate| gate as usize)
            .collect::<Vec<_>>()
    };
    let shape = |gate: usize| match gates[gate].0 {
        Ask::AtLeast(k) => (k, gates[gate].1.len()),
        Ask::Any => (1, gates[gate].1.len()),
        _ => (0, gates[gate].1.len()),
    };
    let order = alike_together(gates.len(), inputs, shape);
    let mut planes: Vec<u32> = (0..n_leaves + n).collect();
    for (place, gate) in (n_leaves..).zip(&order) {
        planes[n_leaves as usize + gate] = place;
    }
    let mut circuit = Circuit::new(n_leaves as usize);
    for gate in order {
        let (ask, inputs) = &gates[gate];
        circuit.gate(ask, inputs.iter().map(|input| planes[*input as usize]));
    }
    circuit
}

fn streaming_and(lines: &[Lanes], out: &mut [Lanes]) {
    for (out, four) in out.iter_mut().zip(lines.chunks_exact(4)) {
        *out = four[0] & four[1] & four[2] & four[3];
    }
}

/// Runs on so many threads at once, each with data of its own.
fn on_threads<T: Send>(data: &mut [T], run: impl Fn(&mut T) + Sync) {
    std::thread::scope(|scope| {
        for data in data {
            scope.spawn(|| run(data));
        }
    });
}

/// Every lane of some gates against counting, so that what is measured is also right.
fn check(circuit: &Circuit, leaves: usize, planes: &[Lanes], again: &mut [Lanes]) {
    again.copy_from_slice(&circuit.planes());
    again[..leaves].copy_from_slice(&planes[..leaves]);
    circuit.run(again, From::Nothing, None);
    assert!(again == planes, "what is no circle does not depend on where one would begin");
}

/// Of so many runs the best counts.
const RUNS: u32 = 9;

/// Prints how near the kernel comes to the limit.
pub(crate) fn table(n: u32) {
    println!(
        "the kernel beside a streaming AND over as many cache lines: {n} gates, {LANES} scenarios a pass"
    );
    // In memory of the same kind as the engine's.
    let mut lines = Planes::new(4 * n as usize, Lanes::ALL);
    let mut out = Planes::new(n as usize, Lanes::NONE);
    for (index, line) in lines.iter_mut().enumerate() {
        line.remove(index % LANES);
    }
    for (name, reach) in [
        ("window of 512", Reach::Local(512)),
        ("window of 8192", Reach::Local(8192)),
        ("random", Reach::Random),
    ] {
        let circuit = circuit(n, reach);
        let n_leaves = circuit.n_planes() - circuit.n_gates();
        let mut random = Random(5);
        let mut planes = circuit.planes();
        for leaf in &mut planes[..n_leaves] {
            leaf.remove(random.below(512) as usize);
        }
        // In turns, so that what slows the machine down slows both.
        let (mut limit, mut once) = (Duration::MAX, Duration::MAX);
        for _ in 0..RUNS {
            limit = limit.min(best(1, || streaming_and(black_box(&lines), black_box(&mut out))));
            once = once.min(best(1, || circuit.run(black_box(&mut planes), From::Everything, None)));
        }
        let mut again = planes.clone();
        check(&circuit, n_leaves, &planes, &mut again);
        let mut both = [planes, again];
        let twice = best(RUNS, || {
            on_threads(&mut both, |planes| circuit.run(black_box(planes), From::Everything, None));
        });
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let rate = 5.0 * f64::from(n) * size_of::<Lanes>() as f64 / limit.as_secs_f64() / 1e9;
        println!(
            "  {name:15} {:8} inputs: {:6.1} ms, {:3.0} % of the limit ({:.1} ms, {rate:.1} GB/s); two threads {:.2} x",
            circuit.n_inputs(),
            once.as_secs_f64() * 1e3,
            limit.as_secs_f64() / once.as_secs_f64() * 100.0,
            limit.as_secs_f64() * 1e3,
            2.0 * once.as_secs_f64() / twice.as_secs_f64(),
        );
    }
    println!();
}
