//! Webhooks as they are registered.
use super::WebhookEventType;
use crate::describe::{Nullable, Secret, Uuid};
use crate::object;

object! {
    /// Where deliveries go.
    #[snake_case]
    pub struct Webhook {
        pub id: Uuid,
        #[contract(Option<String>, Policy)]
        pub name: Option<Nullable<String>>,
        /// Must be https.
        #[contract(Option<String>, Policy)]
        pub url: Option<Nullable<String>>,
        /// Signs the deliveries.
        #[note(Secret)]
        #[contract(Option<Secret>, Policy)]
        pub token: Option<Nullable<Secret>>,
        #[contract(Option<String>, Policy)]
        pub href: Option<Nullable<String>>,
        #[contract(Option<bool>, Policy)]
        pub enabled: Option<Nullable<bool>>,
        #[contract(Option<Vec<WebhookEventType>>, Policy)]
        pub events: Option<Nullable<Vec<WebhookEventType>>>,
        /// `sandbox` and `live`.
        #[contract(Option<Vec<String>>, Policy)]
        pub environments: Option<Nullable<Vec<String>>>,
        /// 3 in samples.
        #[contract(Option<i64>, Policy)]
        pub payload_version: Option<Nullable<i64>>,
        #[contract(Option<bool>, Source)]
        pub oauth_enabled: Option<Nullable<bool>>,
        #[contract(Option<String>, Source)]
        pub oauth_server_url: Option<Nullable<String>>,
        #[contract(Option<String>, Source)]
        pub oauth_server_client_id: Option<Nullable<String>>,
        #[note(Secret)]
        #[contract(Option<Secret>, Source)]
        pub oauth_server_client_secret: Option<Nullable<Secret>>,
        #[contract(Option<String>, Source)]
        pub oauth_server_scope: Option<Nullable<String>>,
    }
}

object! {
    /// What the creation and the update of a webhook take. Creation needs the `url`.
    #[snake_case]
    pub struct WebhookBuilder {
        pub name: Option<String>,
        pub url: Option<String>,
        pub enabled: Option<bool>,
        /// All when absent.
        pub events: Option<Vec<WebhookEventType>>,
        /// Both when absent.
        pub environments: Option<Vec<String>>,
        pub payload_version: Option<i64>,
        pub oauth_enabled: Option<bool>,
        pub oauth_server_url: Option<String>,
        pub oauth_server_client_id: Option<String>,
        #[note(Secret)]
        pub oauth_server_client_secret: Option<Secret>,
        pub oauth_server_scope: Option<String>,
    }
}

object! {
    /// All webhooks.
    #[snake_case]
    pub struct WebhooksList {
        pub webhooks: Vec<Webhook>,
    }
}

object! {
    /// A delivery to send again.
    #[snake_case]
    pub struct WebhooksResendItem {
        pub resource_id: Uuid,
        pub event: WebhookEventType,
    }
}

object! {
    /// Deliveries to send again.
    #[snake_case]
    pub struct WebhookResend {
        pub data: Option<Vec<WebhooksResendItem>>,
    }
}
