/**
 * `ketrics.AI`: language models. The gateway knows which models there are and who may ask them
 * how much; here the parameters only become what can be sent.
 */

import { op_ai } from "ext:core/ops";
import { serviceCall } from "../service/call.ts";
import {
  AIAccessDeniedError,
  AIError,
  AIFeatureDisabledError,
  AIInvalidRequestError,
  AIModelError,
  AIQuotaExceededError,
  AIRateLimitError,
  isAIError,
  isAIErrorType,
} from "./errors.ts";
import type { AIChatParams, AIChatResponse, AIModule } from "./types.ts";

interface Reply {
  content: string;
  inputTokens: number;
  outputTokens: number;
  model: string;
  stopReason: string;
}

function fail(reason: string): never {
  throw new AIInvalidRequestError(reason);
}

function given(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  return fail(`${name} must be a string, not ${given(value)}`);
}

function optionalNumber(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null || typeof value === "number") return value ?? undefined;
  return fail(`${name} must be a number, not ${given(value)}`);
}

function messagesOf(messages: unknown): AIChatParams["messages"] {
  if (!Array.isArray(messages)) fail(`messages must be an array, not ${given(messages)}`);
  return messages.map((message: unknown, place) => {
    const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
    if (role !== "user" && role !== "assistant") {
      fail(`messages[${place}].role must be 'user' or 'assistant'`);
    }
    if (typeof content !== "string") {
      fail(`messages[${place}].content must be a string, not ${given(content)}`);
    }
    return { role, content };
  });
}

async function chat(params: AIChatParams): Promise<AIChatResponse> {
  if (typeof params !== "object" || params === null) {
    fail(`ketrics.AI.chat takes an object, not ${given(params)}`);
  }
  const call = {
    chat: {
      model: optionalText(params.model, "model"),
      messages: messagesOf(params.messages),
      maxTokens: optionalNumber(params.maxTokens, "maxTokens"),
      temperature: optionalNumber(params.temperature, "temperature"),
      systemPrompt: optionalText(params.systemPrompt, "systemPrompt"),
    },
  };
  const reply = await serviceCall<Reply>("ketrics.AI.chat", op_ai, call);
  const { content, inputTokens, outputTokens, model, stopReason } = reply;
  return { content, usage: { inputTokens, outputTokens }, model, stopReason };
}

/** `ketrics.AI`. */
export const aiModule: AIModule = {
  chat,
  Models: { HAIKU: "haiku", SONNET: "sonnet", SONNET_4_5: "sonnet-4.5", OPUS: "opus" },
  AIError,
  FeatureDisabledError: AIFeatureDisabledError,
  AccessDeniedError: AIAccessDeniedError,
  RateLimitError: AIRateLimitError,
  QuotaExceededError: AIQuotaExceededError,
  InvalidRequestError: AIInvalidRequestError,
  ModelError: AIModelError,
  isError: isAIError,
  isErrorType: isAIErrorType,
};
