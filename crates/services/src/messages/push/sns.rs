//! Amazon SNS: every message goes to one topic, with attributes that subscriptions filter by.

use super::NotPushed;
use super::Provider;
use super::config::SECTION;
use super::envelope;
use crate::AwsAccess;
use crate::OpenError;
use crate::aws;
use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::error::SdkError;
use aws_sdk_sns::operation::get_topic_attributes::GetTopicAttributesError;
use aws_sdk_sns::types::MessageAttributeValue;
use ketrics_directory::PushMessage;

pub(super) struct Sns {
    client: Client,
    topic_arn: String,
}

impl Sns {
    pub(super) async fn open(topic_arn: &str, access: &AwsAccess) -> Result<Self, OpenError> {
        let client = Client::new(&access.load(SECTION).await?);
        let found = client
            .get_topic_attributes()
            .topic_arn(topic_arn)
            .send()
            .await;
        match found {
            Ok(_) => {}
            // Who may only publish may not look.
            Err(SdkError::ServiceError(error))
                if matches!(
                    error.err(),
                    GetTopicAttributesError::AuthorizationErrorException(_)
                ) => {}
            Err(SdkError::ServiceError(error))
                if matches!(
                    error.err(),
                    GetTopicAttributesError::NotFoundException(_)
                        | GetTopicAttributesError::InvalidParameterException(_)
                ) =>
            {
                let reason = "is not a topic that is there".to_owned();
                return Err(OpenError::setting(SECTION, "topic_arn", reason));
            }
            Err(error) => return Err(aws::misconfigured(SECTION, &error)),
        }
        Ok(Self {
            client,
            topic_arn: topic_arn.to_owned(),
        })
    }
}

#[async_trait]
impl Provider for Sns {
    async fn push(&self, message: &PushMessage) -> Result<(), NotPushed> {
        let mut request = self
            .client
            .publish()
            .topic_arn(&self.topic_arn)
            .message(envelope(message).to_string());
        for (name, value) in [
            ("tenant", message.tenant_code.clone()),
            ("application", message.application_code.clone()),
            ("userId", message.user_id.to_string()),
            ("priority", message.priority.clone()),
        ] {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| NotPushed::Ever(error.to_string()))?;
            request = request.message_attributes(name, value);
        }
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let cause = aws::cause(&error);
                // A request that is wrong stays wrong; rights and topics are mended by people.
                Err(match error.as_service_error() {
                    Some(fault)
                        if fault.is_invalid_parameter_exception()
                            || fault.is_invalid_parameter_value_exception() =>
                    {
                        NotPushed::Ever(cause)
                    }
                    _ => NotPushed::Yet(cause),
                })
            }
        }
    }
}
