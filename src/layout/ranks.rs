//! Rows: who points stands above whom it points to, as far as circles allow.

/// The row of each item, and for each line whether it runs against the rows because it closes a circle.
pub(super) struct Ranks {
    pub(super) rank: Vec<usize>,
    pub(super) against: Vec<bool>,
}

/// Rows for items between which lines run, none of them from an item to itself. Items that are `first` stand in the first
/// row where nothing points to them; those that no line touches, where there is most room.
pub(super) fn ranks(first: &[bool], widths: &[f64], lines: &[(usize, usize)]) -> Ranks {
    let n = first.len();
    let against = against(n, first, lines);
    let mut out = vec![Vec::new(); n];
    let mut into = vec![Vec::new(); n];
    for ((from, to), against) in lines.iter().zip(&against) {
        let (upper, lower) = if *against { (*to, *from) } else { (*from, *to) };
        out[upper].push(lower);
        into[lower].push(upper);
    }
    let order = topological(&out, &into);
    let mut rank = vec![0; n];
    for item in &order {
        rank[*item] = into[*item].iter().map(|above| rank[*above] + 1).max().unwrap_or(0);
    }
    // What is higher than it has to be moves down to what it points to, where that makes lines shorter.
    for item in order.iter().rev() {
        let lowest = out[*item].iter().map(|below| rank[*below] - 1).min();
        if let Some(lowest) = lowest
            && !first[*item]
            && out[*item].len() > into[*item].len()
        {
            rank[*item] = lowest.max(rank[*item]);
        }
    }
    settle_loners(&mut rank, widths, |item| out[item].is_empty() && into[item].is_empty() && !first[item]);
    Ranks { rank, against }
}

/// How far a walk along the lines is with an item.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    No,
    OnWay,
    Done,
}

/// The lines that a walk along the lines finds to lead back to where it came from.
fn against(n: usize, first: &[bool], lines: &[(usize, usize)]) -> Vec<bool> {
    let mut out = vec![Vec::new(); n];
    let mut is_pointed_to = vec![false; n];
    for (line, (from, to)) in lines.iter().enumerate() {
        out[*from].push((line, *to));
        is_pointed_to[*to] = true;
    }
    let mut seen = vec![Seen::No; n];
    let mut against = vec![false; lines.len()];
    // From the top first, so that it is the lines back up that run against the rows.
    let mut starts: Vec<usize> = (0..n).collect();
    starts.sort_by_key(|item| (!first[*item], is_pointed_to[*item]));
    for start in starts {
        if seen[start] != Seen::No {
            continue;
        }
        seen[start] = Seen::OnWay;
        let mut way = vec![(start, 0)];
        while let Some((item, next)) = way.last_mut() {
            let Some((line, to)) = out[*item].get(*next).copied() else {
                seen[*item] = Seen::Done;
                way.pop();
                continue;
            };
            *next += 1;
            match seen[to] {
                Seen::OnWay => against[line] = true,
                Seen::Done => {}
                Seen::No => {
                    seen[to] = Seen::OnWay;
                    way.push((to, 0));
                }
            }
        }
    }
    against
}

/// Items with those above them first. Without circles all are in it.
fn topological(out: &[Vec<usize>], into: &[Vec<usize>]) -> Vec<usize> {
    let mut waits_for: Vec<usize> = into.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..out.len()).filter(|item| waits_for[*item] == 0).collect();
    let mut next = 0;
    while let Some(item) = order.get(next).copied() {
        next += 1;
        for below in &out[item] {
            waits_for[*below] -= 1;
            if waits_for[*below] == 0 {
                order.push(*below);
            }
        }
    }
    order
}

/// Puts each item that no line touches into the row with most room.
fn settle_loners(rank: &mut [usize], widths: &[f64], is_loner: impl Fn(usize) -> bool) {
    let n_rows = rank.iter().max().map_or(0, |last| last + 1);
    let mut row_widths = vec![0.0; n_rows];
    let loners: Vec<usize> = (0..rank.len()).filter(|item| is_loner(*item)).collect();
    for (item, row) in rank.iter().enumerate() {
        if !is_loner(item) {
            row_widths[*row] += widths[item];
        }
    }
    // Where nothing but loners is, they make rows of their own, about as many as there are items in each.
    let is_all = loners.len() == rank.len();
    if is_all {
        row_widths = vec![0.0; rank.len().isqrt().max(1)];
    }
    for item in loners {
        let rows = row_widths.iter().enumerate();
        let Some((row, _)) = rows.min_by(|(_, one), (_, other)| f64::total_cmp(one, other)) else { return };
        rank[item] = row;
        row_widths[row] += widths[item];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lead_down_but_for_one_of_each_circle() {
        let lines = [(0, 1), (1, 2), (2, 1), (2, 3), (0, 3)];
        let found = ranks(&[true, false, false, false], &[1.0; 4], &lines);
        assert_eq!(found.rank, [0, 1, 2, 3]);
        assert_eq!(found.against, [false, false, true, false, false]);
    }

    #[test]
    fn a_source_moves_down_to_what_it_points_to() {
        let found = ranks(&[true, false, false, false], &[1.0; 4], &[(0, 1), (1, 2), (3, 2)]);
        assert_eq!(found.rank, [0, 1, 2, 1]);
    }
}
