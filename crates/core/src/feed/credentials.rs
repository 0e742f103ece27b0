//! The feed's credentials: asked for when needed, renewed ahead of expiry and after a refusal.

use alloc::string::String;
use alloc::vec::Vec;

use super::message::{Auth, FeedOutput};
use super::state::Reason;
use super::token::Token;
use super::Feed;
use crate::time::Millis;
use crate::timer::Timer;

impl Feed {
    pub(super) fn request_token(&mut self, now: Millis, fresh: bool, out: &mut Vec<FeedOutput>) {
        let request = self.next_id();
        self.token_request = Some(request);
        self.timers.set(Timer::TokenLimit, now + self.timing.token);
        out.push(FeedOutput::RequestToken { request, fresh });
    }

    pub(super) fn token_arrived(
        &mut self,
        now: Millis,
        token: Option<String>,
        out: &mut Vec<FeedOutput>,
    ) {
        self.token_request = None;
        self.timers.clear(Timer::TokenLimit);
        let token = token
            .filter(|token| !token.is_empty())
            .map(|token| Token::new(token, self.read_json));
        if self.stream.is_some() && token == self.token {
            // Asked ahead of expiry and given the same: the server will say when it is over.
            return;
        }
        if let Some(expires) = token.as_ref().and_then(Token::expires) {
            // A tenth of the remaining life, so that short tokens are not renewed all the time. A
            // token that looks expired on arrival says that the clocks differ: leave it to the server.
            let remaining = expires.since(now);
            let ahead = self.timing.renew_ahead.min(Millis(remaining.0 / 10));
            if self.auth == Auth::Renewable && remaining > Millis::default() {
                self.timers.set(Timer::RenewToken, expires - ahead);
            }
        }
        self.token = token;
        self.token_refused = false;
        self.drop_stream(out);
        self.open_stream(now, out);
    }

    pub(super) fn token_failed(
        &mut self,
        now: Millis,
        code: &'static str,
        sentence: &str,
        detail: &str,
        out: &mut Vec<FeedOutput>,
    ) {
        self.token_request = None;
        self.timers.clear(Timer::TokenLimit);
        if self.stream.is_some() {
            // The stream still runs on the old token: ask again before long.
            self.failures += 1;
            let wait = self.timing.backoff.delay(self.failures, &mut self.random);
            return self.timers.set(Timer::RenewToken, now + wait);
        }
        self.lost(now, Reason::with_detail(code, sentence, detail), out);
    }

    pub(super) fn has_usable_token(&self, now: Millis) -> bool {
        let running = |token: &Token| token.expires().is_none_or(|at| at > now);
        !self.token_refused && self.token.as_ref().is_some_and(running)
    }

    /// Expired and forbidden look alike (401): one renewal tells them apart. A second refusal, or
    /// one of a token that cannot be renewed, is final until the credentials change.
    pub(super) fn unauthorized(&mut self, now: Millis, body: &str, out: &mut Vec<FeedOutput>) {
        if self.auth != Auth::Renewable || self.renewed_after_refusal {
            let sentence = "the server refused these credentials";
            return self.deny(Reason::with_detail("unauthorized", sentence, body), out);
        }
        self.renew(now, "unauthorized", body, out);
    }

    /// The stream worked until its token ran out. The first time it is renewed at once; a server
    /// that revokes each new token in turn meets the backoff.
    pub(super) fn auth_revoked(&mut self, now: Millis, detail: &str, out: &mut Vec<FeedOutput>) {
        if self.auth != Auth::Renewable {
            let sentence =
                "the token is no longer valid and cannot be renewed: pass `auth` as a function";
            return self.deny(Reason::with_detail("auth-revoked", sentence, detail), out);
        }
        self.drop_stream(out);
        self.forgive(now);
        if self.failures == 0 {
            self.failures = 1;
            return self.renew(now, "auth-revoked", detail, out);
        }
        self.token_refused = true;
        self.lost(
            now,
            Reason::with_detail("auth-revoked", "the token is no longer valid", detail),
            out,
        );
    }

    fn renew(&mut self, now: Millis, code: &'static str, detail: &str, out: &mut Vec<FeedOutput>) {
        self.token_refused = true;
        self.renewed_after_refusal = true;
        let reason = Reason::with_detail(code, "the token is being renewed", detail);
        self.set_state(self.waiting_state(), Some(reason), out);
        self.request_token(now, true, out);
    }
}
