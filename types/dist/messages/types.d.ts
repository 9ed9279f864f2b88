// Made from runtime-js/src by `make types`. Change it there.
/** Messages into users' inboxes. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { GroupNotFoundError, MessageError, MessageValidationError, TenantGrantPermissionDeniedError } from "./errors.js";
/** How urgent a message is. */
export type MessagePriorityLevel = "LOW" | "MEDIUM" | "HIGH";
/** Where a message goes. */
export interface MessageChannelConfig {
    /** Into the inbox; always. */
    inbox: boolean;
    /** As a push notification as well. */
    push: boolean;
}
/** What a message says. */
interface MessageContent {
    /** The application's own kind of message. */
    type: string;
    /** The subject, at most 200 characters. */
    subject: string;
    /** The text, in Markdown, at most 10,000 characters. */
    body: string;
    /** How urgent it is; `MEDIUM` by default. */
    priority?: MessagePriorityLevel;
    /** Where it goes besides the inbox. */
    channels?: Partial<MessageChannelConfig>;
    /** Where the user gets to from it. */
    actionUrl?: string;
    /** Anything that JSON holds, for the application's front end. */
    data?: Record<string, unknown>;
    /** When it leaves the inbox, in ISO 8601. */
    expiresAt?: string;
}
/** A message to one user. */
export interface SendMessageParams extends MessageContent {
    /** The user's id. */
    userId: string;
}
/** The same message to several users. */
export interface SendBulkMessageParams extends MessageContent {
    /** The users' ids. */
    userIds: string[];
}
/** The same message to all members of a group. */
export interface SendGroupMessageParams extends MessageContent {
    /** The group's code. */
    groupCode: string;
}
/** What became of a message to one user. */
export interface SendMessageResult {
    /** The message's id. */
    messageId: string;
    /** The user's id. */
    userId: string;
    /** Whether it is in the inbox. */
    status: "sent" | "failed";
    /** Why it is not, if it is not. */
    error?: string;
}
/** What became of a message to several users. */
export interface SendBulkMessageResult {
    /** To how many it was to go. */
    total: number;
    /** How many have it. */
    sent: number;
    /** How many do not. */
    failed: number;
    /** Each user's. */
    results: SendMessageResult[];
}
/** What sends messages. */
export interface MessagesManager {
    /**
     * Sends a message to one user.
     * @throws MessageValidationError A field is missing or not allowed.
     */
    send(params: SendMessageParams): Promise<SendMessageResult>;
    /**
     * Sends a message to several users. Some may fail while others have it.
     * @throws MessageValidationError A field is missing or not allowed.
     */
    sendBulk(params: SendBulkMessageParams): Promise<SendBulkMessageResult>;
    /**
     * Sends a message to all members of a group.
     * @throws MessageValidationError A field is missing or not allowed.
     * @throws GroupNotFoundError
     * @throws TenantGrantPermissionDeniedError The application may not read the group's members.
     */
    sendToGroup(params: SendGroupMessageParams): Promise<SendBulkMessageResult>;
}
/** `ketrics.Messages`: messages into users' inboxes. */
export interface MessagesGroupedModule extends MessagesManager {
    /** What all errors of a message extend. */
    Error: typeof MessageError;
    /** A field is missing or not allowed. */
    ValidationError: typeof MessageValidationError;
    /** There is no such group. */
    GroupNotFoundError: typeof GroupNotFoundError;
    /** The application lacks permissions to read groups and their members. */
    PermissionDeniedError: typeof TenantGrantPermissionDeniedError;
    /** Whether something is an error of a message. */
    isError: (error: unknown) => error is MessageError;
    /** Whether something is this error of a message; takes the class or its name. */
    isErrorType: ErrorTypeGuard<MessageError>;
}
export {};
