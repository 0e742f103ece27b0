//! The feed of an App: its options, its stream, its tokens, and the tabs that share it.

use std::rc::Rc;

use remote_refresh_core::feed::message::{FeedInput, RequestId};
use remote_refresh_core::feed::state::FeedState;
use remote_refresh_core::feed::Feed;
use remote_refresh_core::wire::Export;
use wasm_bindgen::prelude::*;

use super::{Engine, Inner, ProviderStream};
use crate::browser::page::is_online;
use crate::browser::stream::{self, Stream, StreamFact};
use crate::browser::tabs::{can_share, TabFact, Tabs};
use crate::error::text_of;
use crate::json::{self, to_js};
use crate::options;

#[wasm_bindgen]
impl Engine {
    /// Opens a feed instead of the one there is; its states will be reported under the number `feed`. `options` are those
    /// of `App.connect`.
    ///
    /// # Errors
    /// Says which option is wrong; the feed there is stays open then.
    pub fn connect(&self, feed: u32, options: &JsValue) -> Result<(), JsValue> {
        let asked = options::connection(options)?;
        *self.0.node_url.borrow_mut() = asked.endpoint.node_url().into();
        let tabs = asked.shared.filter(|_| can_share());
        let shared = tabs.is_some();
        self.0.act(|app, now| {
            app.connect(now, feed, asked.since, |seed, last_id| {
                let (endpoint, auth, timing) = (asked.endpoint, asked.auth, asked.timing);
                let feed = Feed::new(
                    endpoint,
                    auth,
                    timing,
                    is_online(),
                    seed,
                    last_id,
                    json::read,
                );
                if shared {
                    feed.shared()
                } else {
                    feed
                }
            });
            // The tabs of the feed before are left.
            self.0
                .tabs
                .replace(tabs.map(|name| (feed, Rc::new(self.0.tabs_of(feed, name)))));
        });
        Ok(())
    }

    /// Closes the feed of this number, if it is the one that is open.
    pub fn close(&self, feed: u32) {
        self.0.act(|app, now| {
            if app.feed_id() == Some(feed) {
                app.close(now);
            }
        });
    }

    /// The app has new credentials for the feed of this number.
    ///
    /// # Errors
    /// `invalid-auth`.
    #[wasm_bindgen(js_name = credentialsChanged)]
    pub fn credentials_changed(&self, feed: u32, auth: &JsValue) -> Result<(), JsValue> {
        let auth = options::auth(auth)?;
        self.0.act(|app, now| {
            if app.feed_id() == Some(feed) {
                app.feed_input(now, FeedInput::CredentialsChanged(auth));
            }
        });
        Ok(())
    }

    /// The app's `auth` gave this: a token, an object with one, or nothing.
    #[wasm_bindgen(js_name = tokenArrived)]
    pub fn token_arrived(&self, request: u32, given: &JsValue) {
        match options::token(given) {
            Ok(token) => self
                .0
                .feed_input(FeedInput::TokenArrived(RequestId(request), token)),
            Err(error) => self.token_failed(request, &error),
        }
    }

    /// The app's `auth` function threw this, or its promise was rejected with it.
    #[wasm_bindgen(js_name = tokenFailed)]
    pub fn token_failed(&self, request: u32, thrown: &JsValue) {
        let message = text_of(thrown);
        self.0
            .feed_input(FeedInput::TokenFailed(RequestId(request), &message));
    }
}

impl Inner {
    // The stream
    // ----------

    /// Opens a stream instead of the one there is: the app's provider, or a request.
    pub(super) fn open_stream(&self, id: RequestId, url: &str) -> Result<(), JsValue> {
        // The one before ends first.
        self.stream.take();
        let stream = Stream::new()?;
        let signal = stream.signal();
        self.stream.replace(Some(stream));
        let provided = ProviderStream::new(self.this.clone(), id);
        if self
            .host
            .provide(provided, stream::token_in(url), signal.clone())?
        {
            return Ok(());
        }
        let this = self.this.clone();
        stream::follow(url, &signal, move |fact| {
            if let Some(engine) = this.upgrade() {
                engine.stream_fact(id, fact);
            }
        });
        Ok(())
    }

    pub(super) fn stream_fact(&self, id: RequestId, fact: StreamFact) {
        match fact {
            StreamFact::Opened => self.feed_input(FeedInput::StreamOpened(id)),
            StreamFact::Refused(status, body) => {
                self.feed_input(FeedInput::StreamRefused(id, status, &body));
            }
            StreamFact::Bytes(bytes) => self.feed_input(FeedInput::BytesArrived(id, &bytes)),
            StreamFact::Ended(why) => self.feed_input(FeedInput::StreamEnded(id, &why)),
        }
    }

    // Tabs
    // ----

    /// What is shared with the tabs that follow the same feed. What they send is for that feed alone.
    fn tabs_of(&self, feed: u32, name: String) -> Tabs {
        let this = self.this.clone();
        Tabs::new(name, move |fact| {
            let Some(engine) = this.upgrade() else { return };
            engine.act(|app, now| {
                if app.feed_id() != Some(feed) {
                    return;
                }
                match fact {
                    TabFact::Lead => app.feed_input(now, FeedInput::Lead),
                    TabFact::Asked => app.asked_by_tab(),
                    TabFact::Heard(state, data) => {
                        // A state this version doesn't know comes from another one; its next message may be understood.
                        if let Some(state) = FeedState::from_name(&state) {
                            app.feed_input(now, FeedInput::Heard(state, data.as_deref()));
                        }
                    }
                }
            });
        })
    }

    pub(super) fn with_tabs(&self, feed: u32, act: impl FnOnce(&Tabs)) -> Result<(), JsValue> {
        let tabs = self.tabs.borrow().clone();
        if let Some((_, tabs)) = tabs.filter(|(of, _)| *of == feed) {
            act(&tabs);
        }
        Ok(())
    }

    pub(super) fn leave_tabs(&self, feed: u32) -> Result<(), JsValue> {
        let is_of = |(of, _): &mut (u32, Rc<Tabs>)| *of == feed;
        let left = self.tabs.borrow_mut().take_if(is_of);
        drop(left);
        Ok(())
    }

    /// Sends the other tabs the feed's state, and its value if it has one.
    pub(super) fn tell(&self, tabs: &Tabs) {
        let message = self.app.borrow().feed().map(|feed| {
            let value = feed
                .has_baseline()
                .then(|| to_js(&Export(feed.value()).json()));
            (feed.state(), value)
        });
        let Some((state, value)) = message else {
            return;
        };
        let data = value.and_then(|value| json::write_put(&value));
        tabs.send(state.name(), data.as_deref());
    }
}
