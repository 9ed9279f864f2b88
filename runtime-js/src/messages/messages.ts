/** `ketrics.Messages`: messages into users' inboxes. */

import { op_messages } from "ext:core/ops";
import { present, serviceCall } from "../service/call.ts";
import {
  GroupNotFoundError,
  isMessageError,
  isMessageErrorType,
  MessageError,
  MessageValidationError,
  TenantGrantPermissionDeniedError,
} from "./errors.ts";
import type { MessagesGroupedModule } from "./types.ts";

const LONGEST_SUBJECT = 200;
const LONGEST_BODY = 10_000;
const PRIORITIES = ["LOW", "MEDIUM", "HIGH"];

interface MessageFields {
  type: string;
  subject: string;
  body: string;
  priority?: string;
  channels?: { inbox?: boolean; push?: boolean };
  actionUrl?: string;
  data?: Record<string, unknown>;
  expiresAt?: string;
}

interface Delivery {
  messageId: string;
  userId: string;
  status: "sent" | "failed";
  error?: string | null;
}

function fail(message: string): never {
  throw new MessageValidationError(message);
}

/** A string field of `least` to `most` characters. */
function field(value: unknown, name: string, most = Number.POSITIVE_INFINITY): string {
  if (typeof value !== "string" || value === "") fail(`${name} is required and must be a string`);
  if (value.length > most)
    fail(`${name} must have at most ${most} characters, got ${value.length}`);
  return value;
}

function optionalField(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : fail(`${name} must be a string`);
}

function expiry(value: unknown): string | undefined {
  const expiresAt = value instanceof Date ? value.toJSON() : optionalField(value, "expiresAt");
  if (expiresAt === undefined) return undefined;
  if (expiresAt === null || Number.isNaN(Date.parse(expiresAt))) {
    fail("expiresAt must be a date and time in ISO 8601");
  }
  return expiresAt;
}

function dataOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object") fail("data must be an object");
  try {
    return JSON.stringify(value);
  } catch (error) {
    return fail(`data cannot be sent as JSON: ${(error as Error).message}`);
  }
}

function messageOf(given: MessageFields) {
  const priority = given.priority ?? "MEDIUM";
  if (!PRIORITIES.includes(priority)) {
    fail(`priority must be one of ${PRIORITIES.join(", ")}; got '${String(priority)}'`);
  }
  return {
    type: field(given.type, "type"),
    subject: field(given.subject, "subject", LONGEST_SUBJECT),
    body: field(given.body, "body", LONGEST_BODY),
    // The gateway's enum is in upper case, as the SDK's values are.
    priority,
    push: given.channels?.push === true,
    actionUrl: optionalField(given.actionUrl, "actionUrl"),
    data: dataOf(given.data),
    expiresAt: expiry(given.expiresAt),
  };
}

function parameter<Given extends object>(value: Given, name: string): Given {
  if (typeof value === "object" && value !== null) return value;
  return fail(`ketrics.Messages.${name} takes an object`);
}

function summary(deliveries: Delivery[]) {
  const results = deliveries.map(present);
  const sent = results.filter((result) => result.status === "sent").length;
  return { total: results.length, sent, failed: results.length - sent, results };
}

async function send(given: MessageFields & { userId: string }) {
  const { userId } = parameter(given, "send");
  const call = { send: { userId: field(userId, "userId"), message: messageOf(given) } };
  const name = "ketrics.Messages.send";
  const reply = await serviceCall<{ delivery: Delivery }>(name, op_messages, call);
  return present(reply.delivery);
}

async function sendBulk(given: MessageFields & { userIds: string[] }) {
  const { userIds } = parameter(given, "sendBulk");
  if (!Array.isArray(userIds) || userIds.length === 0) fail("userIds must be a non-empty array");
  for (const userId of userIds) field(userId, "each of userIds");
  const call = { sendBulk: { userIds: [...userIds], message: messageOf(given) } };
  const name = "ketrics.Messages.sendBulk";
  const reply = await serviceCall<{ deliveries: Delivery[] }>(name, op_messages, call);
  return summary(reply.deliveries);
}

async function sendToGroup(given: MessageFields & { groupCode: string }) {
  const { groupCode } = parameter(given, "sendToGroup");
  const message = messageOf(given);
  const call = { sendToGroup: { groupCode: field(groupCode, "groupCode"), message } };
  const name = "ketrics.Messages.sendToGroup";
  const reply = await serviceCall<{ deliveries: Delivery[] }>(name, op_messages, call);
  return summary(reply.deliveries);
}

/** `ketrics.Messages`. */
export const messagesModule: MessagesGroupedModule = {
  send,
  sendBulk,
  sendToGroup,
  Error: MessageError,
  ValidationError: MessageValidationError,
  GroupNotFoundError,
  PermissionDeniedError: TenantGrantPermissionDeniedError,
  isError: isMessageError,
  isErrorType: isMessageErrorType,
};
