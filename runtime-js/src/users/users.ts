/** `ketrics.Users`: the tenant's users. */

import { op_users } from "ext:core/ops";
import { serviceCall } from "../service/call.ts";
import {
  isUsersError,
  isUsersErrorType,
  UsersError,
  UsersPermissionDeniedError,
} from "./errors.ts";
import type { TenantUserInfo, UsersModule } from "./types.ts";

async function list(): Promise<TenantUserInfo[]> {
  const call = { list: {} };
  const reply = await serviceCall<{ users: TenantUserInfo[] }>(
    "ketrics.Users.list",
    op_users,
    call,
  );
  return reply.users;
}

/** `ketrics.Users`. */
export const usersModule: UsersModule = {
  list,
  Error: UsersError,
  PermissionDeniedError: UsersPermissionDeniedError,
  isError: isUsersError,
  isErrorType: isUsersErrorType,
};
