//! Orders within rows such that few lines cross.

/// Points in rows, and for each point its neighbours one row up and one row down.
pub(super) struct Rows<'a> {
    pub(super) above: &'a [Vec<usize>],
    pub(super) below: &'a [Vec<usize>],
}

/// Sweeps over small pictures; large ones make do with fewer.
const SWEEPS: usize = 24;
/// Above this many points only few sweeps are made, and neighbours are not tried the other way round.
const MANY: usize = 4000;

/// Orders each row by the places of its neighbours, sweeping down and up, and keeps the order with the fewest crossings.
pub(super) fn order(levels: &mut Vec<Vec<usize>>, rows: &Rows<'_>) {
    let n: usize = levels.iter().map(Vec::len).sum();
    let mut position = vec![0; n];
    for level in levels.iter() {
        renumber(level, &mut position);
    }
    let sweeps = if n > MANY { 6 } else { SWEEPS };
    let mut best = levels.clone();
    let mut fewest = crossings(levels, rows, &position);
    for sweep in 0..sweeps {
        if fewest == 0 {
            break;
        }
        let is_down = sweep % 2 == 0;
        let n_levels = levels.len();
        for step in 1..n_levels {
            let level = if is_down { step } else { n_levels - 1 - step };
            let neighbours = if is_down { rows.above } else { rows.below };
            sort_by_barycentre(&mut levels[level], neighbours, &mut position, sweep % 4 >= 2);
        }
        if n <= MANY {
            for level in levels.iter_mut() {
                transpose(level, rows, &mut position);
            }
        }
        let now = crossings(levels, rows, &position);
        if now < fewest {
            fewest = now;
            best.clone_from(levels);
        }
    }
    *levels = best;
}

fn renumber(level: &[usize], position: &mut [usize]) {
    for (place, point) in level.iter().enumerate() {
        position[*point] = place;
    }
}

/// Sorts a row by the mean place of neighbours. Points without any stay where they are; of equal ones the former stays the
/// former, or, in every other pair of sweeps, becomes the latter, which gets out of some dead ends.
fn sort_by_barycentre(level: &mut [usize], neighbours: &[Vec<usize>], position: &mut [usize], turned: bool) {
    let centre = |point: usize| {
        let of = &neighbours[point];
        let sum: usize = of.iter().map(|neighbour| position[*neighbour]).sum();
        (!of.is_empty()).then(|| super::real(sum) / super::real(of.len()))
    };
    let mut movable: Vec<(f64, usize)> =
        level.iter().filter_map(|point| Some((centre(*point)?, *point))).collect();
    if turned {
        movable.reverse();
    }
    movable.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut sorted = movable.into_iter().map(|(_, point)| point);
    for point in level.iter_mut() {
        if !neighbours[*point].is_empty() {
            *point = sorted.next().unwrap_or(*point);
        }
    }
    renumber(level, position);
}

/// Swaps neighbours wherever that saves crossings.
fn transpose(level: &mut [usize], rows: &Rows<'_>, position: &mut [usize]) {
    for _ in 0..4 {
        let mut improved = false;
        for place in 1..level.len() {
            let (left, right) = (level[place - 1], level[place]);
            let both = |neighbours: &[Vec<usize>]| {
                let (of_left, of_right) = (&neighbours[left], &neighbours[right]);
                (pair_crossings(of_left, of_right, position), pair_crossings(of_right, of_left, position))
            };
            let ((now_above, then_above), (now_below, then_below)) = (both(rows.above), both(rows.below));
            if then_above + then_below < now_above + now_below {
                level.swap(place - 1, place);
                position[left] = place;
                position[right] = place - 1;
                improved = true;
            }
        }
        if !improved {
            return;
        }
    }
}

/// Crossings between the lines of two points beside each other.
fn pair_crossings(left: &[usize], right: &[usize], position: &[usize]) -> usize {
    if left.len() * right.len() > 4096 {
        return 0; // too costly to try
    }
    let crosses = |l: &usize| right.iter().filter(|r| position[**r] < position[*l]).count();
    left.iter().map(crosses).sum()
}

/// How many pairs of lines cross, counted with sums over a tree of places.
pub(super) fn crossings(levels: &[Vec<usize>], rows: &Rows<'_>, position: &[usize]) -> usize {
    let mut total = 0;
    for pair in levels.windows(2) {
        let mut sums = vec![0_usize; pair[1].len() + 1];
        let mut so_far = 0;
        for point in &pair[0] {
            let mut ends: Vec<usize> = rows.below[*point].iter().map(|end| position[*end]).collect();
            ends.sort_unstable();
            for end in &ends {
                total += so_far - sum_up_to(&sums, *end);
            }
            for end in &ends {
                add(&mut sums, *end);
                so_far += 1;
            }
        }
    }
    total
}

/// How many have been added at places up to this one.
fn sum_up_to(sums: &[usize], place: usize) -> usize {
    let mut index = place + 1;
    let mut sum = 0;
    while index > 0 {
        sum += sums[index];
        index &= index - 1;
    }
    sum
}

fn add(sums: &mut [usize], place: usize) {
    let mut index = place + 1;
    while index < sums.len() {
        sums[index] += 1;
        index += index & index.wrapping_neg();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crossing_is_counted_and_undone() {
        // 0 and 1 above, 2 and 3 below, crossed.
        let above = [vec![], vec![], vec![1], vec![0]];
        let below = [vec![3], vec![2], vec![], vec![]];
        let rows = Rows { above: &above, below: &below };
        let mut levels = vec![vec![0, 1], vec![2, 3]];
        assert_eq!(crossings(&levels, &rows, &[0, 1, 0, 1]), 1);
        order(&mut levels, &rows);
        assert_eq!(levels, [vec![0, 1], vec![3, 2]]);
    }

    #[test]
    fn crossings_are_counted_as_trying_every_pair_does() {
        let below: Vec<Vec<usize>> =
            vec![vec![5, 6, 4], vec![4], vec![7, 4], vec![5, 6], vec![], vec![], vec![], vec![]];
        let levels = vec![vec![0, 1, 2, 3], vec![4, 5, 6, 7]];
        let position = [0, 1, 2, 3, 0, 1, 2, 3];
        let lines: Vec<(usize, usize)> =
            (0..4).flat_map(|from| below[from].iter().map(move |to| (from, *to))).collect();
        let pairs = lines.iter().flat_map(|one| lines.iter().map(move |other| (one, other)));
        let expected = pairs.filter(|(one, other)| one.0 < other.0 && one.1 > other.1).count();
        let rows = Rows { above: &[], below: &below };
        assert_eq!(crossings(&levels, &rows, &position), expected);
    }
}
