//! An installation with one account, one administrator and one application.

use std::net::IpAddr;
use std::sync::Arc;

use domain::time::ManualClock;
use store::Db;

use crate::Engine;
use crate::auth::authorize::{self, AuthorizeRequest};
use crate::auth::grants::{self, ClientProof, GrantError, GrantErrorCode, Issued, Offer};
use crate::auth::sessions::{self, BrowserSession};
use crate::auth::setup::{self, Initialised, NewApplication, RegisteredApplication};
use crate::auth::sign_in::{Attempted, SignInError, SignedIn, sign_in};
use crate::testing::TestEngine;

pub(super) const EMAIL: &str = "ines@northwind.example";
pub(super) const PASSWORD: &str = "der Zug nach Ulm kommt nie an";
pub(super) const REDIRECT: &str = "https://crm.example/callback?from=switchboard";
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(super) struct World {
    pub(super) test: TestEngine,
    pub(super) first: Initialised,
    pub(super) app: RegisteredApplication,
}

pub(super) async fn world(db: &Db) -> World {
    let test = TestEngine::new(db).await;
    let first = setup::init(&test.engine, "Northwind", EMAIL, PASSWORD, "UTC")
        .await
        .unwrap();
    let app = register(&test.engine, "CRM").await;
    World { test, first, app }
}

pub(super) async fn register(engine: &Engine, name: &str) -> RegisteredApplication {
    let new = NewApplication {
        name: name.to_owned(),
        redirect_uri: REDIRECT.to_owned(),
        is_trusted: false,
        is_public: false,
        needs_pkce: false,
    };
    setup::application(engine, new).await.unwrap()
}

pub(super) fn proof(app: &RegisteredApplication) -> ClientProof {
    ClientProof {
        client_id: Some(app.client_id.clone()),
        client_secret: app
            .client_secret
            .as_ref()
            .map(|secret| secret.expose().to_owned()),
    }
}

impl World {
    pub(super) fn engine(&self) -> &Engine {
        &self.test.engine
    }

    pub(super) fn clock(&self) -> &Arc<ManualClock> {
        &self.test.clock
    }

    pub(super) async fn try_sign_in(
        &self,
        email: &str,
        password: &str,
        address: &str,
        device: Option<&str>,
    ) -> Result<SignedIn, SignInError> {
        let address: IpAddr = address.parse().unwrap();
        let tried = Attempted {
            email,
            password,
            address,
            device,
            agent: Some("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"),
        };
        sign_in(self.engine(), tried).await
    }

    pub(super) async fn sign_in(&self) -> SignedIn {
        self.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", None)
            .await
            .unwrap()
    }

    pub(super) async fn session(&self) -> BrowserSession {
        let cookie = self.sign_in().await.session;
        sessions::find(self.engine(), cookie.expose())
            .await
            .unwrap()
            .unwrap()
    }

    /// The code of a consent to this request.
    pub(super) async fn code_for(&self, request: AuthorizeRequest) -> String {
        let authorization = authorize::check(self.engine(), request).await.unwrap();
        let to = authorize::approve(self.engine(), &authorization, &self.session().await)
            .await
            .unwrap();
        to.query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned()
    }

    pub(super) fn request(&self) -> AuthorizeRequest {
        AuthorizeRequest {
            client_id: Some(self.app.client_id.clone()),
            response_type: Some("code".to_owned()),
            scope: Some("accounts_read accounts_write".to_owned()),
            ..AuthorizeRequest::default()
        }
    }

    pub(super) async fn code(&self) -> String {
        self.code_for(self.request()).await
    }

    pub(super) async fn exchange(&self, code: &str) -> Result<Issued, GrantError> {
        let offer = Offer::Code {
            code: code.to_owned(),
            redirect_uri: None,
            verifier: None,
        };
        grants::exchange(self.engine(), &proof(&self.app), offer).await
    }

    pub(super) async fn refresh(&self, issued: &Issued) -> Result<Issued, GrantError> {
        self.refresh_for(issued, None).await
    }

    pub(super) async fn refresh_for(
        &self,
        issued: &Issued,
        scope: Option<&str>,
    ) -> Result<Issued, GrantError> {
        let token = issued.refresh_token.as_ref().unwrap().expose().to_owned();
        let offer = Offer::Refresh {
            token,
            scope: scope.map(str::to_owned),
        };
        grants::exchange(self.engine(), &proof(&self.app), offer).await
    }

    pub(super) async fn issued(&self) -> Issued {
        self.exchange(&self.code().await).await.unwrap()
    }

    /// Whether the API would take the access token.
    pub(super) async fn is_valid(&self, issued: &Issued) -> bool {
        crate::auth::authenticate(self.engine(), issued.access_token.expose())
            .await
            .is_ok()
    }
}

/// The word of a refusal.
pub(super) fn word<T: std::fmt::Debug>(answer: Result<T, GrantError>) -> GrantErrorCode {
    match answer {
        Err(GrantError::Refused { code, .. }) => code,
        other => panic!("no refusal: {other:?}"),
    }
}
