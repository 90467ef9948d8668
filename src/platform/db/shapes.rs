//! Few shapes of statements: a statement is prepared once per connection and shape, and the cache of shapes is small.

/// Rows in groups of 1, 2, 4, 8 … so that statements over any number of rows have only a handful of shapes; at most
/// `most` rows in a group.
pub fn in_powers_of_two<T>(mut rows: Vec<T>, most: usize) -> Vec<Vec<T>> {
    let mut groups = Vec::new();
    while !rows.is_empty() {
        let group = (1_usize << rows.len().ilog2()).min(most.max(1));
        let rest = rows.split_off(group);
        groups.push(rows);
        rows = rest;
    }
    groups
}

/// The values of an `IN` list, its last one repeated up to the next power of two.
pub fn padded<T: Clone>(mut values: Vec<T>) -> Vec<T> {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_all_rows_in_order() {
        for count in 0..200_u32 {
            let groups = in_powers_of_two((0..count).collect(), 64);
            assert!(groups.iter().all(|group| group.len().is_power_of_two() && group.len() <= 64));
            assert_eq!(groups.concat(), (0..count).collect::<Vec<_>>());
        }
        assert_eq!(in_powers_of_two(vec![1; 13], 64).iter().map(Vec::len).collect::<Vec<_>>(), [8, 4, 1]);
    }

    #[test]
    fn padding_repeats_the_last() {
        assert_eq!(padded(vec![1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(padded(vec![1]), [1]);
        assert!(padded(Vec::<u8>::new()).is_empty());
    }
}
