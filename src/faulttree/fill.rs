//! An order in which the vertices of a graph can be taken out so that few edges have to be added (minimum fill, greedily; Rose 1972).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::limits::narrow;

/// An order of the vertices of a graph, and with each the neighbours that it has when its turn comes; nothing if some have more
/// than `most`.
pub(super) fn minimum_fill(n: usize, pairs: &[(u32, u32)], most: usize) -> Option<(Vec<u32>, Vec<Vec<u32>>)> {
    let mut near: Vec<Vec<u32>> = vec![Vec::new(); n];
    for (a, b) in pairs.iter().filter(|(a, b)| a != b) {
        near[*a as usize].push(*b);
        near[*b as usize].push(*a);
    }
    for near in &mut near {
        near.sort_unstable();
        near.dedup();
    }
    let mut mark = vec![u32::MAX; n];
    let mut fill = |near: &[Vec<u32>], vertex: u32| -> (usize, usize) {
        let own = &near[vertex as usize];
        for other in own {
            mark[*other as usize] = vertex;
        }
        let met = own.iter().flat_map(|other| &near[*other as usize]);
        let met = met.filter(|other| mark[**other as usize] == vertex).count();
        for other in own {
            mark[*other as usize] = u32::MAX;
        }
        ((own.len() * own.len().saturating_sub(1) - met) / 2, own.len())
    };
    let mut key: Vec<(usize, usize)> = (0..n).map(|vertex| fill(&near, narrow(vertex))).collect();
    let mut queue: BinaryHeap<Reverse<((usize, usize), u32)>> =
        key.iter().enumerate().map(|(vertex, key)| Reverse((*key, narrow(vertex)))).collect();
    let mut done = vec![false; n];
    let (mut order, mut tables) = (Vec::with_capacity(n), Vec::with_capacity(n));
    while let Some(Reverse((then, vertex))) = queue.pop() {
        if done[vertex as usize] || key[vertex as usize] != then {
            continue;
        }
        if then.1 > most {
            return None;
        }
        done[vertex as usize] = true;
        let own = std::mem::take(&mut near[vertex as usize]);
        let mut touched = own.clone();
        for (index, a) in own.iter().enumerate() {
            if let Ok(at) = near[*a as usize].binary_search(&vertex) {
                near[*a as usize].remove(at);
            }
            for b in own[..index].iter().filter(|_| then.0 > 0) {
                if let Err(at) = near[*a as usize].binary_search(b) {
                    near[*a as usize].insert(at, *b);
                    if let Err(at) = near[*b as usize].binary_search(a) {
                        near[*b as usize].insert(at, *a);
                    }
                    touched.extend(common(&near[*a as usize], &near[*b as usize]));
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        for other in touched {
            let now = fill(&near, other);
            if now != key[other as usize] {
                key[other as usize] = now;
                queue.push(Reverse((now, other)));
            }
        }
        order.push(vertex);
        tables.push(own);
    }
    Some((order, tables))
}

/// What two ascending lists have in common.
fn common(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().copied().filter(|item| long.binary_search(item).is_ok()).collect()
}
