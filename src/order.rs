//! Sorting. The standard library's sort is some kilobytes for each type, and nothing here is so long that one more step of
//! indirection would be felt.
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Sorts; what is equal stays in its order.
pub fn sort_by<T>(items: &mut Vec<T>, order: impl Fn(&T, &T) -> Ordering) {
    let places = sorted(items.len(), &|left, right| match (items.get(left), items.get(right)) {
        (Some(left), Some(right)) => order(left, right),
        _ => Ordering::Equal,
    });
    let mut all: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| all.get_mut(place)?.take()));
}

fn sorted(len: usize, order: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    places.sort_by(|left, right| order(*left, *right));
    places
}

/// A map of these pairs. One that is collected is sorted first, by a sort of its own type.
pub fn map<K: Ord, V, E>(pairs: impl IntoIterator<Item = Result<(K, V), E>>) -> Result<BTreeMap<K, V>, E> {
    let mut map = BTreeMap::new();
    for pair in pairs {
        let (key, value) = pair?;
        map.insert(key, value);
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_stays_in_its_order() {
        let mut pairs: Vec<(u32, u32)> = (0..1_000).map(|i| (i * 7 % 10, i)).collect();
        let mut wanted = pairs.clone();
        wanted.sort_by_key(|pair| pair.0);
        sort_by(&mut pairs, |left, right| left.0.cmp(&right.0));
        assert_eq!(pairs, wanted);
    }
}
