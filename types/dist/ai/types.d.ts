// Made from runtime-js/src by `make types`. Change it there.
/** Language models. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { AIAccessDeniedError, AIError, AIFeatureDisabledError, AIInvalidRequestError, AIModelError, AIQuotaExceededError, AIRateLimitError } from "./errors.js";
/** What a model is asked. */
export interface AIChatParams {
    /** The model's alias, one of `ketrics.AI.Models` or of the host's configuration. */
    model?: string;
    /** The conversation so far; the last message is the user's. */
    messages: Array<{
        /** Who says it. */
        role: "user" | "assistant";
        /** What is said. */
        content: string;
    }>;
    /** How long the answer may be, in tokens: 1,024 by default, 4,096 at most. */
    maxTokens?: number;
    /** From 0 to 1: how freely the model chooses its words; 0.7 by default. */
    temperature?: number;
    /** What the model is told before the conversation. */
    systemPrompt?: string;
}
/** What a model answered. */
export interface AIChatResponse {
    /** The answer. */
    content: string;
    /** What it cost. */
    usage: {
        /** Tokens of what the model was given. */
        inputTokens: number;
        /** Tokens of what it wrote. */
        outputTokens: number;
    };
    /** The alias of the model. */
    model: string;
    /** Why it stopped, for example `end_turn` or `max_tokens`. */
    stopReason: string;
}
/** `ketrics.AI`: language models. */
export interface AIModule {
    /**
     * Asks a model.
     * @throws AIFeatureDisabledError The tenant has no access to models.
     * @throws AIAccessDeniedError The application was not granted this one.
     * @throws AIRateLimitError Too many requests; `retryAfter` says when, in seconds, if known.
     * @throws AIQuotaExceededError The month's tokens are used up.
     * @throws AIInvalidRequestError The request is not allowed.
     * @throws AIModelError The model failed.
     */
    chat(params: AIChatParams): Promise<AIChatResponse>;
    /** Aliases of models. */
    Models: {
        /** The fastest. */
        readonly HAIKU: "haiku";
        /** The one between. */
        readonly SONNET: "sonnet";
        /** The one between, of an earlier version. */
        readonly SONNET_4_5: "sonnet-4.5";
        /** The most capable. */
        readonly OPUS: "opus";
    };
    /** What all errors of models extend. */
    AIError: typeof AIError;
    /** The tenant has no access to models. */
    FeatureDisabledError: typeof AIFeatureDisabledError;
    /** The application was not granted the model. */
    AccessDeniedError: typeof AIAccessDeniedError;
    /** Too many requests. */
    RateLimitError: typeof AIRateLimitError;
    /** The month's tokens are used up. */
    QuotaExceededError: typeof AIQuotaExceededError;
    /** The request is not allowed. */
    InvalidRequestError: typeof AIInvalidRequestError;
    /** The model failed. */
    ModelError: typeof AIModelError;
    /** Whether something is an error of models. */
    isError: (error: unknown) => error is AIError;
    /** Whether something is this error of models; takes the class or its name. */
    isErrorType: ErrorTypeGuard<AIError>;
}
