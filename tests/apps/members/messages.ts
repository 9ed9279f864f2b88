import type { User } from "./context";
import { holds, same, thrown } from "./expect";

const message = {
  type: "greeting",
  subject: "Hello",
  body: "**Hello**",
  priority: "HIGH" as const,
  channels: { inbox: true, push: false },
  actionUrl: "/orders/7",
  data: { order: 7 },
  expiresAt: "2100-01-01T00:00:00.000Z",
};

export async function messages() {
  const { Messages } = ketrics;
  const userId = ketrics.requestor.userId ?? "";
  const sent = await Messages.send({ userId, ...message });
  same("send", [sent.userId, sent.status, sent.messageId.length, sent.error], [userId, "sent", 36, undefined]);
  const nobody = "00000000-0000-4000-8000-000000000000";
  const bulk = await Messages.sendBulk({ userIds: [userId, nobody], ...message });
  same("sendBulk", [bulk.total, bulk.sent, bulk.failed, bulk.results.map((one) => one.status)], [2, 1, 1, ["sent", "failed"]]);
  const group = await Messages.sendToGroup({ groupCode: "staff", ...message });
  same("sendToGroup", [group.total, group.sent], [1, 1]);
  const wrong = await thrown(() => Messages.send({ userId, ...message, subject: "" }));
  holds("ValidationError", wrong instanceof Messages.ValidationError && wrong instanceof Messages.Error);
  holds("guards", Messages.isError(wrong) && Messages.isErrorType(wrong, Messages.ValidationError));
  holds("GroupNotFoundError", (await thrown(() => Messages.sendToGroup({ groupCode: "no", ...message }))) instanceof Messages.GroupNotFoundError);
  holds("PermissionDeniedError", Messages.PermissionDeniedError.withPermissions(["iam:GetGroupData"]) instanceof Messages.Error);
}

export async function users(user: User) {
  const { Users } = ketrics;
  const found = await Users.list();
  same("tenant", [...new Set(found.map(({ email }) => email.split("@")[1]))], [`${user.tenant}.example`]);
  const [self] = found.filter(({ email }) => email === user.email);
  same("list", [self?.id, `${self?.firstName} ${self?.lastName}`, self?.status], [ketrics.requestor.userId, user.name, "active"]);
  const group = user.may.includes("write") ? "staff" : "guests";
  same("groups", self?.groups.map(({ groupCode, groupId }) => [groupCode, groupId.length]), [[group, 36]]);
  const denied = new Users.PermissionDeniedError(["iam:ListUsers"]);
  holds("PermissionDeniedError", denied instanceof Users.Error && Users.isError(denied) && Users.isErrorType(denied, Users.PermissionDeniedError));
}
