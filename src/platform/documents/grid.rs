//! Rows of cells over pages: tables, and lists of names and values.

use std::rc::Rc;

use crate::platform::documents::flow::{Flow, LEFT, RULE, WIDTH, tallest};
use crate::platform::documents::letter::{Label, Table};
use crate::platform::documents::text::{Align, BLACK, SetText, Typesetter, bold, grey, inline, regular};

/// Cells that are set and wait for a place.
pub(super) struct Grid {
    /// Widths in points; they fill the page.
    widths: Vec<f32>,
    head: Option<Row>,
    rows: Vec<Row>,
    pad_x: f32,
    pad_y: f32,
}

type Row = Vec<Rc<SetText>>;

/// Thickness of the rules between rows.
const HAIR: f32 = 0.5;
/// Background of a table's head: visible on paper, no hindrance for black type.
const HEAD_SHADE: u8 = 232;

impl Grid {
    /// A table with its head.
    pub(super) fn table(typesetter: &mut Typesetter, table: &Table) -> Grid {
        let pad_x = 2.0;
        let total: f32 = table.columns.iter().map(|column| column.width).sum();
        let widths: Vec<f32> = table.columns.iter().map(|column| WIDTH * column.width / total).collect();
        let columns = || table.columns.iter().zip(&widths);
        let inner = |width: f32| (width - 2.0 * pad_x).max(1.0);
        let head = columns()
            .map(|(column, width)| {
                let mut parts = vec![(column.label.text.as_str(), bold(7.5))];
                if let Some(translation) = &column.label.translation {
                    parts.push(("\n", grey(6.5)));
                    parts.push((translation.as_str(), grey(6.5)));
                }
                Rc::new(typesetter.fit(&parts, inner(*width)))
            })
            .collect();
        let rows = table
            .rows
            .iter()
            .map(|row| {
                columns()
                    .enumerate()
                    .map(|(index, (column, width))| {
                        let text = row.get(index).map_or("", String::as_str);
                        let ink = if column.strong { bold(8.0) } else { regular(8.0) };
                        Rc::new(typesetter.fit(&[(text, ink)], inner(*width)))
                    })
                    .collect()
            })
            .collect();
        Grid { widths, head: Some(head), rows, pad_x, pad_y: 2.75 }
    }

    /// Names and values.
    pub(super) fn fields(typesetter: &mut Typesetter, fields: &[(Label, String)]) -> Grid {
        let pad_x = 6.0;
        let widths = vec![WIDTH * 0.38, WIDTH * 0.62];
        let rows = fields
            .iter()
            .map(|(label, value)| {
                let name = inline(label, regular(9.0), grey(8.0));
                let value = [(value.as_str(), bold(9.5))];
                [&name[..], &value[..]]
                    .into_iter()
                    .zip(&widths)
                    .map(|(parts, width)| Rc::new(typesetter.set(parts, width - 2.0 * pad_x, Align::Left)))
                    .collect()
            })
            .collect();
        Grid { widths, head: None, rows, pad_x, pad_y: 2.5 }
    }

    fn height(&self, row: &Row) -> f32 {
        tallest(row.iter()) + 2.0 * self.pad_y
    }

    fn head_height(&self) -> f32 {
        self.head.as_ref().map_or(0.0, |head| self.height(head))
    }
}

/// Puts a grid at the present place of the flow.
pub(super) fn place(flow: &mut Flow, grid: &Grid) {
    let first = grid.rows.first().map_or(0.0, |row| grid.height(row));
    let start = grid.head_height() + first;
    if start > flow.room() && start <= flow.full_room() && !flow.at_top() {
        flow.new_page();
    }
    place_head(flow, grid);
    for row in &grid.rows {
        place_row(flow, grid, row);
    }
}

fn place_head(flow: &mut Flow, grid: &Grid) {
    let Some(head) = &grid.head else {
        return;
    };
    let height = grid.height(head);
    flow.bar(LEFT, flow.y(), WIDTH, height, HEAD_SHADE);
    let bottoms: Vec<usize> = head.iter().map(|cell| cell.lines.len()).collect();
    stamp(flow, grid, head, &vec![0; head.len()], &bottoms);
    flow.advance(height);
    flow.bar(LEFT, flow.y() - HAIR, WIDTH, HAIR * 2.0, BLACK);
}

/// A row goes to the next page as a whole if it fits there. One that is taller than a page is
/// continued line by line.
fn place_row(flow: &mut Flow, grid: &Grid, row: &Row) {
    let fits_page = grid.height(row) + grid.head_height() <= flow.full_room();
    let mut from: Vec<usize> = vec![0; row.len()];
    // Set when nothing but the head stands on the page: then something must be put, or the loop
    // would turn for ever.
    let mut fresh = false;
    loop {
        let room = flow.room() - 2.0 * grid.pad_y;
        let mut to: Vec<usize> =
            row.iter().zip(&from).map(|(cell, start)| start + lines_within(cell, *start, room)).collect();
        let is_complete = |to: &[usize]| row.iter().zip(to).all(|(cell, to)| *to == cell.lines.len());
        if !is_complete(&to) {
            let stuck = to == from;
            if (fits_page || stuck) && !fresh {
                flow.new_page();
                place_head(flow, grid);
                fresh = true;
                continue;
            }
            if stuck {
                for (to, cell) in to.iter_mut().zip(row) {
                    *to = (*to + 1).min(cell.lines.len());
                }
            }
        }
        let height = stamp(flow, grid, row, &from, &to) + 2.0 * grid.pad_y;
        flow.advance(height);
        flow.bar(LEFT, flow.y() - HAIR / 2.0, WIDTH, HAIR, RULE);
        if is_complete(&to) {
            return;
        }
        from = to;
        flow.new_page();
        place_head(flow, grid);
        fresh = true;
    }
}

/// How many lines from `start` on fit into the height.
fn lines_within(cell: &SetText, start: usize, height: f32) -> usize {
    let mut left = height;
    cell.lines
        .iter()
        .skip(start)
        .take_while(|line| {
            left -= line.height;
            // Sums of heights are compared with sums in another order: allow for rounding.
            left >= -0.01
        })
        .count()
}

/// Puts lines `from..to` of each cell at the present place; the height of the tallest part.
fn stamp(flow: &mut Flow, grid: &Grid, row: &Row, from: &[usize], to: &[usize]) -> f32 {
    let mut tallest: f32 = 0.0;
    let mut left = LEFT;
    for (index, cell) in row.iter().enumerate() {
        let start = flow.y() + grid.pad_y;
        let mut top = start;
        for line in from[index]..to[index] {
            flow.line(cell, line, left + grid.pad_x, top);
            top += cell.lines[line].height;
        }
        tallest = tallest.max(top - start);
        left += grid.widths[index];
    }
    tallest
}
