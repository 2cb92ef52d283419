import { readRolePattern } from "./role-pattern.js";

/** What one connection may do: first what its roles allow, then what the application has changed (client-protocol §17). */
export interface Permissions {
  readonly joinLeaveGroup: Permission;
  readonly sendToGroup: Permission;
}

export type PermissionName = keyof Permissions;

export const permissionsOf = (roles: readonly string[]): Permissions => ({
  joinLeaveGroup: new Permission("webpubsub.joinLeaveGroup", roles),
  sendToGroup: new Permission("webpubsub.sendToGroup", roles),
});

const MAX_LITERALS = 1_000;
const MAX_PATTERNS = 9;

/**
 * One permission, for every group or for some: the bare role is every group, the role and a name that very group, the
 * role's plural and a pattern all groups of such a name. What is invalid, or too much, grants nothing and harms nothing.
 */
export class Permission {
  // Whether the group of a name is allowed or, against what is wider, denied.
  readonly #names = new Map<string, boolean>();
  readonly #patterns: ((group: string) => boolean)[] = [];
  #everything = false;

  constructor(role: string, granted: readonly string[]) {
    for (const one of granted) {
      if (one === role) this.#everything = true;
      else if (one.startsWith(`${role}.`)) this.#rule(one.slice(role.length + 1), true);
      else if (one.startsWith(`${role}s.`)) this.#grantPattern(one.slice(role.length + 2));
    }
  }

  /** Names are looked up first, patterns tried from the newest to the oldest, and what is left is the default. */
  allows(group: string): boolean {
    return this.#names.get(group) ?? this.#allowsWidely(group);
  }

  /** Allows the group of that very name; answers `false`, and changes nothing, when there are too many rules. */
  grant(group: string): boolean {
    return this.#rule(group, true);
  }

  /** Denies the group of that very name, whatever allows it; answers as {@link grant}. */
  revoke(group: string): boolean {
    // Where nothing else allows it, the rule is not needed.
    if (this.#allowsWidely(group)) return this.#rule(group, false);
    this.#names.delete(group);
    return true;
  }

  #allowsWidely(group: string): boolean {
    return this.#patterns.some((matches) => matches(group)) || this.#everything;
  }

  #rule(name: string, allowed: boolean): boolean {
    if (this.#names.size >= MAX_LITERALS && !this.#names.has(name)) return false;
    this.#names.set(name, allowed);
    return true;
  }

  #grantPattern(text: string): void {
    const pattern = readRolePattern(text);
    if (pattern?.type === "everything") this.#everything = true;
    else if (pattern?.type === "literal") this.#rule(pattern.name, true);
    else if (pattern && this.#patterns.length < MAX_PATTERNS) this.#patterns.unshift((group) => pattern.matches(group));
  }
}
