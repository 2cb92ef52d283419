import fc from "fast-check";
import { readRolePattern } from "../../lib/emulator/role-pattern.js";

const matches = (pattern: string, name: string): boolean | undefined => {
  const read = readRolePattern(pattern);
  if (read?.type === "pattern") return read.matches(name);
  return read && (read.type === "everything" || read.name === name);
};

/** The same rules as a regular expression: simple to trust, but ages away from an answer for some. */
function byExpression(pattern: string, name: string): boolean {
  const source = pattern.replace(/\*+|\?|\./g, (part) =>
    part === "." ? "\\." : part === "?" ? "[^.]" : part.length > 1 ? "[^]*" : "[^.]*",
  );
  return new RegExp(`^(?:${source})$`).test(name);
}

it("says what a regular expression would say", () => {
  const pattern = fc.array(fc.constantFrom("a", "b", ".", "?", "*", "**"), { minLength: 1, maxLength: 6 });
  const name = fc.array(fc.constantFrom("a", "b", "."), { maxLength: 8 });
  fc.assert(
    fc.property(pattern, name, (parts, units) => {
      fc.pre(readRolePattern(parts.join("")) !== undefined);
      expect(matches(parts.join(""), units.join(""))).toBe(byExpression(parts.join(""), units.join("")));
    }),
  );
});

it("takes an escaped pattern for the name itself", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 20 }), (name) => {
      const escaped = name.replace(/[*?\\]/g, "\\$&");
      expect(readRolePattern(escaped)).toEqual({ type: "literal", name });
    }),
  );
});

it("answers at once where a regular expression would try for ages", () => {
  expect(matches("*a*a*a*a*b", "a".repeat(1_024))).toBe(false);
});
