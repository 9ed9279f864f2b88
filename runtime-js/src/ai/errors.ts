/** Errors of `ketrics.AI`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of a model. */
export class AIError extends Error {
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(message: string, operation: string) {
    super(message);
    begin(this, { operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
}

/** The tenant's plan does not include models. */
export class AIFeatureDisabledError extends AIError {
  constructor() {
    const advice = "Upgrade to Professional or Enterprise to use AI features.";
    super(`AI access is not available on your current plan. ${advice}`, "chat");
  }
}

/** The application may not use this model. */
export class AIAccessDeniedError extends AIError {
  /** The alias of the model. */
  declare readonly model: string;

  constructor(model: string) {
    const reason = "The application does not have the 'ai:InvokeModel' permission for this model.";
    super(`Access denied to AI model '${model}'. ${reason}`, "chat");
    own(this, { model });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), model: this.model };
  }
}

/** Too many calls in too short a time. */
export class AIRateLimitError extends AIError {
  /** When to try again, in seconds. */
  declare readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message, "chat");
    own(this, { retryAfter });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), retryAfter: this.retryAfter };
  }
}

/** The tenant's tokens of this month are used up. */
export class AIQuotaExceededError extends AIError {
  /** The tokens of a month. */
  declare readonly limit: number;
  /** The tokens that are left this month. */
  declare readonly remaining: number;

  constructor(limit: number, remaining: number) {
    const counts = `Limit: ${limit.toLocaleString()} tokens. Remaining: ${remaining.toLocaleString()} tokens.`;
    super(`Monthly AI token quota exceeded. ${counts}`, "chat");
    own(this, { limit, remaining });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), limit: this.limit, remaining: this.remaining };
  }
}

/** The request is not what a model takes. */
export class AIInvalidRequestError extends AIError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(reason: string) {
    super(`Invalid AI request: ${reason}`, "chat");
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The model failed. */
export class AIModelError extends AIError {
  /** The alias of the model. */
  declare readonly model: string;
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(model: string, reason: string) {
    super(`AI model error (${model}): ${reason}`, "chat");
    own(this, { model, reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), model: this.model, reason: this.reason };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const aiErrors = {
  AIError,
  AIFeatureDisabledError,
  AIAccessDeniedError,
  AIRateLimitError,
  AIQuotaExceededError,
  AIInvalidRequestError,
  AIModelError,
};

/** Whether something is an error of a model. */
export function isAIError(error: unknown): error is AIError {
  return error instanceof AIError;
}

/** Whether something is this error of a model; takes the class or its name. */
export const isAIErrorType: ErrorTypeGuard<AIError> = errorTypeGuard(aiErrors);
