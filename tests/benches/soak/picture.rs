//! The curve of a run, as an SVG.

use crate::samples::Sample;
use std::fmt::Write;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 150.0;
const HEIGHT: f64 = 230.0;
const GAP: f64 = 62.0;
/// More points than pixels say nothing.
const POINTS: usize = 600;

/// One line: name, colour, value.
type Line = (&'static str, &'static str, fn(&Sample) -> f64);

const MEMORY: [Line; 3] = [
    ("gateway", "#c0392b", |sample| {
        sample.gateway as f64 / 1024.0
    }),
    ("zygote", "#1f6fb2", |sample| sample.zygote as f64 / 1024.0),
    ("base zygote", "#7f8c8d", |sample| {
        sample.base as f64 / 1024.0
    }),
];

const COUNTS: [Line; 5] = [
    ("descriptors", "#c0392b", |sample| sample.descriptors as f64),
    ("processes", "#1f6fb2", |sample| sample.processes as f64),
    ("connections", "#8e44ad", |sample| sample.connections as f64),
    ("zombies", "#7f8c8d", |sample| sample.zombies as f64),
    ("temporary files", "#27853f", |sample| {
        sample.temporary as f64
    }),
];

/// Memory above, everything that could leak below, over the invocations.
pub fn of(samples: &[Sample]) -> String {
    let height = 2.0 * (HEIGHT + GAP) + 20.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    panel(&mut svg, samples, 34.0, "Memory, MB", &MEMORY);
    let below = 34.0 + HEIGHT + GAP;
    panel(&mut svg, samples, below, "What could leak", &COUNTS);
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, samples: &[Sample], top: f64, title: &str, lines: &[Line]) {
    let every = samples.len().div_ceil(POINTS).max(1);
    let samples: Vec<&Sample> = samples.iter().step_by(every).collect();
    let all = samples.last().map_or(1, |last| last.invocations.max(1)) as f64;
    let values = lines
        .iter()
        .flat_map(|(_, _, value)| samples.iter().map(|sample| value(sample)));
    let (step, most) = scale(values.fold(1.0, f64::max));
    let x = |sample: &Sample| LEFT + sample.invocations as f64 / all * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| top + HEIGHT - value / most * HEIGHT;
    let right = WIDTH - RIGHT;
    let mut draw = |part: String| svg.push_str(&part);

    draw(text(LEFT, top - 12.0, "start", "#000", title));
    let mut at = 0.0;
    while at <= most {
        let line = y(at);
        draw(format!(
            "<path d=\"M{LEFT} {line:.1}H{right}\" stroke=\"#ddd\"/>\n"
        ));
        draw(text(LEFT - 8.0, line + 4.0, "end", "#333", &at.to_string()));
        at += step;
    }
    for part in 0..=4 {
        let at = f64::from(part) / 4.0;
        let place = LEFT + at * (right - LEFT);
        let label = format!("{:.0}", all * at);
        draw(text(place, top + HEIGHT + 18.0, "middle", "#333", &label));
    }
    let middle = f64::midpoint(LEFT, right);
    draw(text(
        middle,
        top + HEIGHT + 34.0,
        "middle",
        "#333",
        "invocations",
    ));
    for (index, (name, colour, value)) in lines.iter().enumerate() {
        let mut path = String::new();
        for sample in &samples {
            let start = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{start}{:.1} {:.1}", x(sample), y(value(sample)));
        }
        draw(format!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.3\"/>\n"
        ));
        let place = top + 14.0 + 18.0 * index as f64;
        draw(text(right + 12.0, place, "start", colour, name));
    }
}

fn text(x: f64, y: f64, anchor: &str, colour: &str, what: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{what}</text>\n"
    )
}

/// Round steps, and the first of them that is above the largest value.
fn scale(largest: f64) -> (f64, f64) {
    let rough = largest / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step = round.into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    (step, (largest / step).ceil() * step)
}
