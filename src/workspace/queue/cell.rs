//! A candidate's value in a column, how it sorts and how it reads.

use std::{cmp::Ordering, sync::Arc};

use crate::domain::words::rounded;

/// A candidate's value in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Number(f64),
    Text(Arc<str>),
    /// Nothing known; sorts last whichever way.
    Missing,
}

impl Cell {
    /// A number, where there is one.
    pub fn number(value: Option<f64>) -> Self {
        value.map_or(Self::Missing, Self::Number)
    }

    /// Its number, also where that is written as text.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Missing => None,
        }
    }

    /// Order for sorting: numbers before texts, missing last; `is_descending` turns the first
    /// two round but leaves missing values last.
    pub fn order(&self, other: &Self, is_descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Missing, Self::Missing) => return Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
        };
        if is_descending {
            order.reverse()
        } else {
            order
        }
    }

    /// The value for a narrow place; empty where missing.
    pub fn short(&self) -> String {
        match self {
            Self::Number(value) if value.fract() == 0.0 && value.abs() < 1e9 => rounded(*value, 0),
            Self::Number(value) => rounded(*value, 3),
            Self::Text(text) => text.to_string(),
            Self::Missing => String::new(),
        }
    }
}
