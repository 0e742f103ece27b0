//! 100,000 clients that hear of one change: how many requests a second the app's server gets, with and without `spread`.
//!
//! Each client is an App of its own with one page of a few entities. All are connected when one patch says that everything has
//! changed; it reaches each of them within a fifth of a second. What the core then does is counted, tenth by tenth of a second.

use std::fmt::Write as _;

use remote_refresh_core::app::{App, Output, Settings, Snapshot};
use remote_refresh_core::feed::endpoint::Endpoint;
use remote_refresh_core::feed::message::{Auth, FeedInput};
use remote_refresh_core::feed::timing::Timing;
use remote_refresh_core::feed::Feed;
use remote_refresh_core::refresh::EntityId;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::ViewId;
use remote_refresh_core::wire::Json;

use crate::dice::Dice;

/// The clients.
pub const CLIENTS: u32 = 100_000;

/// Entities on each client's page.
const ENTITIES: u64 = 3;

/// The `spread` values that are compared, in milliseconds.
const SPREADS: [u64; 5] = [0, 2_000, 5_000, 10_000, 30_000];

/// The network brings the change to a client within this time, in milliseconds.
const DELIVERY: u64 = 200;

/// Requests are counted in slots of this length, in milliseconds.
const SLOT: u64 = 100;

/// When the change is written.
const START: u64 = 1_700_000_000_000;

/// What one value of `spread` leads to.
#[derive(Clone, Debug)]
pub struct Row {
    /// The value, in milliseconds.
    pub spread: u64,
    /// Requests in each tenth of a second since the change.
    pub requests: Vec<u64>,
    /// How long after the change each client asked, in milliseconds, sorted.
    waits: Vec<u64>,
}

impl Row {
    /// The most requests in any second, at tenths of seconds.
    #[must_use]
    pub fn peak(&self) -> u64 {
        let second = (1000 / SLOT) as usize;
        let sums = self
            .requests
            .windows(second)
            .map(|slots| slots.iter().sum());
        let all = self.requests.iter().sum();
        sums.max().unwrap_or(all)
    }

    /// The wait that this part of the clients (from 0 to 1) don't exceed, in milliseconds.
    #[must_use]
    pub fn wait(&self, part: f64) -> u64 {
        let index = (self.waits.len() as f64 * part) as usize;
        let index = index.min(self.waits.len().saturating_sub(1));
        self.waits.get(index).copied().unwrap_or_default()
    }
}

/// Lets `clients` clients hear of one change, once for each value of `spread`.
#[must_use]
pub fn simulate(clients: u32) -> Vec<Row> {
    let row = |spread| {
        let mut dice = Dice::new(spread + 1);
        let mut row = Row {
            spread,
            requests: vec![0; ((spread + DELIVERY) / SLOT + 1) as usize],
            waits: Vec::new(),
        };
        for client in 0..clients {
            let heard = dice.between(0, DELIVERY);
            for at in Client::new(client).hear(heard, spread) {
                row.requests[(at / SLOT) as usize] += 1;
                row.waits.push(at);
            }
        }
        row.waits.sort_unstable();
        row
    };
    SPREADS.into_iter().map(row).collect()
}

/// One client, connected and with its page displayed.
struct Client {
    app: App,
    page: ViewId,
    entities: Vec<EntityId>,
    stream: Option<remote_refresh_core::feed::message::RequestId>,
    /// When it asked its server, in milliseconds since the change.
    requests: Vec<u64>,
}

impl Client {
    fn new(number: u32) -> Self {
        let mut app = App::new(Settings {
            client: format!("client-{number}").into(),
            ..Settings::default()
        });
        let page = app.views_mut().add();
        let entities = (0..ENTITIES).map(|_| app.entities_mut().add()).collect();
        let mut client = Self {
            app,
            page,
            entities,
            stream: None,
            requests: Vec::new(),
        };
        let before = Millis(START - 60_000);
        let endpoint = Endpoint::new("https://feed.example", Some("u"), None);
        let endpoint = endpoint.expect("the address is valid");
        client.app.connect(before, 1, None, |seed, last_id| {
            Feed::new(
                endpoint,
                Auth::None,
                Timing::default(),
                true,
                seed,
                last_id,
                Json::parse,
            )
        });
        client.carry_out(before);
        client.event(before, "put", "{\"updated\":1,\"version\":1}");
        client.app.show(before, Some(page), None);
        client.carry_out(before);
        client
    }

    /// The change arrives `heard` after it was written. When the client asks, in milliseconds since the change.
    fn hear(mut self, heard: u64, spread: u64) -> Vec<u64> {
        let now = Millis(START + heard);
        let patch = format!("{{\"updated\":2,\"version\":2,\"spread\":{spread}}}");
        self.event(now, "patch", &patch);
        let end = Millis(START + heard + spread);
        while self.requests.is_empty() {
            let due = self.app.next_timeout();
            let at = due
                .filter(|at| *at <= end)
                .expect("the client answers within the spread");
            self.app.wake(at);
            self.carry_out(at);
        }
        self.requests
    }

    fn event(&mut self, now: Millis, event: &str, data: &str) {
        let text = format!("event: {event}\ndata: {{\"path\":\"/\",\"data\":{data}}}\n\n");
        let stream = self.stream.expect("a connected client has a stream");
        self.app
            .feed_input(now, FeedInput::BytesArrived(stream, text.as_bytes()));
        self.carry_out(now);
    }

    fn carry_out(&mut self, now: Millis) {
        while let Some(order) = self.app.poll(now) {
            match order {
                Output::OpenStream { stream, .. } => self.stream = Some(stream),
                Output::CallHook { revision, .. } => self.walk(revision),
                Output::Fetch { .. } => self.requests.push(now.0 - START),
                _ => {}
            }
        }
    }

    fn walk(&mut self, revision: remote_refresh_core::revision::Revision) {
        self.app.enter_pass(Some(Snapshot::OfFeed(revision)));
        if self.app.visit_walk(self.page) {
            for entity in &self.entities {
                self.app.visit_entity(*entity, None);
            }
        }
        self.app.leave_pass();
    }
}

/// The table, as Markdown.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let requests: u64 = rows.first().map_or(0, |row| row.requests.iter().sum());
    let clients = requests / ENTITIES;
    let mut text = format!(
        "# Spread: one change reaches {} clients\n\n\
         Each has a page of {ENTITIES} entities and fetches them when the core says so, {} requests in all; the feed reaches all clients within \
         {DELIVERY} ms. `spread` in the user's node makes each client wait for its place, which follows from its id, so the \
         clients are spread evenly. Simulated with the core's own App for each client, by `cargo run --release -p remote-refresh-sim -- spread`.\n\n\
         ![Requests per second](spread.svg)\n\n\
         | `spread` | peak, requests in one second | of the peak without | half of the clients asked after | the last after |\n\
         |---:|---:|---:|---:|---:|\n",
        grouped(clients),
        grouped(requests)
    );
    let without = rows.first().map_or(1, Row::peak);
    for row in rows {
        let name = if row.spread == 0 {
            "none".to_owned()
        } else {
            format!("{} s", row.spread / 1000)
        };
        let (peak, half, last) = (row.peak(), seconds(row.wait(0.5)), seconds(row.wait(1.0)));
        let part = 100.0 * peak as f64 / without as f64;
        let _ = writeln!(
            text,
            "| {name} | {} | {part:.1} % | {half} s | {last} s |",
            grouped(peak)
        );
    }
    text
}

fn seconds(ms: u64) -> String {
    format!("{:.1}", ms as f64 / 1000.0)
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The size of the picture's plot.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;

/// The colours of the lines: told apart by those who see fewer of them, on light and dark paper (Okabe and Ito, 2008).
const COLOURS: [&str; 5] = ["#d55e00", "#e69f00", "#009e73", "#0072b2", "#cc79a7"];

/// The requests of each second since the change, as SVG; the scale of the rate is logarithmic.
#[must_use]
pub fn picture(rows: &[Row]) -> String {
    let seconds = rows
        .iter()
        .map(|row| row.requests.len() as f64 * SLOT as f64 / 1000.0);
    let longest = seconds.fold(1.0, f64::max);
    let (lowest, highest) = (3.0, 7.0);
    let x = |second: f64| 70.0 + second / longest * WIDTH;
    let y = |rate: f64| {
        40.0 + (highest - rate.max(1.0).log10().clamp(lowest, highest)) / (highest - lowest)
            * HEIGHT
    };
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 430\" font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Requests per second after one change that concerns 100,000 clients</title>\n\
         <rect width=\"860\" height=\"430\" fill=\"#fff\"/>\n\
         <text x=\"70\" y=\"22\" font-weight=\"600\">Requests per second after one change, 100,000 clients (logarithmic)</text>\n",
    );
    for power in lowest as u32..=highest as u32 {
        let rate = 10u64.pow(power);
        let line = y(rate as f64);
        let _ = writeln!(
            svg,
            "<path d=\"M70 {line:.1}h{WIDTH}\" stroke=\"#ddd\"/><text x=\"62\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{}</text>",
            line + 4.0,
            grouped(rate)
        );
    }
    for second in (0..=longest as u32).step_by(5) {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"380\" text-anchor=\"middle\" fill=\"#555\">{second} s</text>",
            x(f64::from(second))
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"390\" y=\"405\" text-anchor=\"middle\" fill=\"#555\">since the change</text>"
    );
    for (index, (row, colour)) in rows.iter().zip(COLOURS).enumerate() {
        let mut path = String::new();
        for (slot, requests) in row.requests.iter().enumerate() {
            let rate = *requests as f64 * 1000.0 / SLOT as f64;
            let (from, to) = (slot as f64, slot as f64 + 1.0);
            let tenth = SLOT as f64 / 1000.0;
            let command = if slot == 0 { 'M' } else { 'L' };
            let _ = write!(
                path,
                "{command}{:.1} {:.1}H{:.1}",
                x(from * tenth),
                y(rate),
                x(to * tenth)
            );
        }
        let bottom = y(1.0);
        let name = if row.spread == 0 {
            "no spread".to_owned()
        } else {
            format!("spread {} s", row.spread / 1000)
        };
        let label = 60.0 + 22.0 * index as f64;
        let _ = writeln!(
            svg,
            "<path d=\"{path}V{bottom:.1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n\
             <path d=\"M725 {:.1}h18\" stroke=\"{colour}\" stroke-width=\"3\"/><text x=\"750\" y=\"{:.1}\">{name}</text>",
            label - 4.0,
            label
        );
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_asks_once_for_each_entity_and_a_spread_flattens_the_peak() {
        let rows = simulate(2_000);
        for row in &rows {
            assert_eq!(
                row.requests.iter().sum::<u64>(),
                2_000 * ENTITIES,
                "spread {}",
                row.spread
            );
        }
        let peaks: Vec<_> = rows.iter().map(Row::peak).collect();
        assert!(peaks.windows(2).all(|pair| pair[0] > pair[1]), "{peaks:?}");
        let even = 2_000.0 * ENTITIES as f64 / 30.0;
        assert!((peaks[4] as f64) < even * 1.5, "{peaks:?}");
    }

    #[test]
    fn the_table_and_the_picture_have_all_rows() {
        let rows = simulate(50);
        let (table, picture) = (table(&rows), picture(&rows));
        assert_eq!(
            table.lines().filter(|line| line.ends_with("s |")).count(),
            SPREADS.len()
        );
        assert_eq!(picture.matches("stroke-width=\"2\"").count(), SPREADS.len());
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
