import * as fc from "fast-check";
import { compileFilter } from "../../lib/emulator/rest/filter/compile.js";
import { FilterError } from "../../lib/emulator/rest/filter/filter-error.js";
import type { FilterSubject } from "../../lib/emulator/rest/filter/values.js";

const ann: FilterSubject = {
  connectionId: "c1",
  userId: "ann",
  groups: new Set(["room-7", "o'hara"]),
  protocol: "json.webpubsub.azure.v1",
};
const nobody: FilterSubject = { connectionId: "c2", groups: new Set() };

const both = (filter: string): [boolean, boolean] => {
  const holds = compileFilter(filter);
  return [holds(ann), holds(nobody)];
};

const complaint = (filter: string): string => {
  try {
    compileFilter(filter);
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
  return "no complaint";
};

describe("a filter (service-surface §3.6) asks", () => {
  it.each<[string, boolean, boolean]>([
    ["'room-7' in groups and userId ne 'ada' and not (connectionId in ('c1','c2'))", false, false],
    ["'room-7' in groups and userId ne 'ada'", true, false],
    ["'o''hara' in groups", true, false],
    ["'room-7' in (groups)", true, false],
    ["userId in groups", false, false],
    ["userId in ('bob', 'ann')", true, false],
    ["userId in ('bob', null)", false, true],
    ["USERID eq 'ann'", true, false],
    ["userId eq 'Ann'", false, false],
    ["userId eq null", false, true],
    ["userId ne null", true, false],
    ["null eq userId", false, true],
    ["userId eq 1", false, false],
    ["protocol eq null", false, true],
    ["protocol eq 'json.webpubsub.azure.v1'", true, false],
    ["connectionId eq 'c1' or connectionId eq 'c2' and userId eq 'x'", true, false],
    ["(connectionId eq 'c1' or connectionId eq 'c2') and userId eq null", false, true],
    ["not (userId eq 'ann')", false, true],
    ["not startswith(userId, 'a')", false, true],
    ["not not startswith(userId, 'a')", true, false],
    ["true", true, true],
    ["false or true and true", true, true],
    ["length(userId) gt 2", true, false],
    ["length(userId) le 2", false, false],
    ["length(groups) eq 2", true, false],
    ["length(groups) ge 0", true, true],
    ["length(groups) lt -1", false, false],
    ["2 gt null", false, false],
    ["toupper(userId) eq 'ANN'", true, false],
    ["tolower('ANN') eq userId", true, false],
    ["trim('  ann ') eq userId", true, false],
    ["toupper(userId) eq null", false, true],
    ["substring(userId, 1) eq 'nn'", true, false],
    ["substring(userId, 1, 1) eq 'n'", true, false],
    ["substring(userId, 9) eq ''", true, false],
    ["indexof(userId, 'n') eq 1", true, false],
    ["indexof(userId, 'z') eq -1", true, true],
    ["concat(userId, '!') eq 'ann!'", true, false],
    ["contains(userId, 'nn')", true, false],
    ["startswith(userId, 'an') and endswith(userId, 'n')", true, false],
    ["  userId   eq'ann'  ", true, false],
  ])("%s", (filter, ofAnn, ofNobody) => {
    expect(both(filter)).toEqual([ofAnn, ofNobody]);
  });
});

describe("a filter (service-surface §3.6) is refused for", () => {
  it.each([
    ["userId lt 1", "Invalid syntax for 'userId lt 1': Type 'string', expect 'int'. (Parameter 'filter')"],
    ["not length(userId) gt 5", "Invalid syntax for 'length(userId)': Type 'int', expect 'bool'. (Parameter 'filter')"],
    ["userId", "Invalid syntax for 'userId': Type 'string', expect 'bool'. (Parameter 'filter')"],
    ["true or userId", "Invalid syntax for 'userId': Type 'string', expect 'bool'. (Parameter 'filter')"],
    ["false and 1", "Invalid syntax for '1': Type 'int', expect 'bool'. (Parameter 'filter')"],
    ["1 in groups", "Invalid syntax for '1 in groups': Type 'int', expect 'string'. (Parameter 'filter')"],
    ["userId in ('a', 2)", "Invalid syntax for '2': Type 'int', expect 'string'. (Parameter 'filter')"],
    ["length(1) eq 1", "Invalid syntax for '1': Type 'int', expect 'string' or 'collection'. (Parameter 'filter')"],
    ["'g' in userId", "Invalid syntax for 'userId': Type 'string', expect 'collection'. (Parameter 'filter')"],
    ["null", "Invalid syntax for 'null': Type 'null', expect 'bool'. (Parameter 'filter')"],
  ])("its types: %s", (filter, message) => {
    expect(complaint(filter)).toBe(message);
  });

  it.each([
    "",
    "   ",
    "age eq 1",
    "constructor eq 1",
    "userId eq",
    "eq 'a'",
    "userId eq 'a",
    "userId eq 1.5",
    "userId eq 12345678901234567890",
    "userId = 'a'",
    "(userId eq 'a'",
    "userId eq 'a')",
    "()",
    "userId in ()",
    "('a','b') eq userId",
    "shout(userId)",
    "toString(userId) eq ''",
    "contains(userId)",
    "substring(userId)",
    "contains(userId, 'a', 'b')",
    "userId eq 'a' AND true",
    "userId eq 'a' userId",
    "and",
    "\u0000",
  ])("its form: %j", (filter) => {
    expect(complaint(filter)).toMatch(/^Invalid syntax for '.*': .*\(Parameter 'filter'\)$/s);
  });

  it("its depth, but not for its length", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}true${")".repeat(depth)}`;
    expect(both(nested(100))).toEqual([true, true]);
    for (const filter of [nested(101), nested(100_000), "not ".repeat(100_000), `true${" eq true".repeat(100_000)}`]) {
      expect(complaint(filter)).toContain("deeper than 100");
    }
    expect(both(`false${" or false".repeat(50_000)} or true`)).toEqual([true, true]);
  });
});

describe("any filter", () => {
  it("is compiled or refused with a FilterError, whatever the text", () => {
    const piece = fc.constantFrom(
      "userId",
      "groups",
      "'a'",
      "1",
      "null",
      "true",
      "eq",
      "in",
      "and",
      "not",
      "(",
      ")",
      ",",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join(" ")),
    );
    fc.assert(
      fc.property(text, (filter) => {
        if (complaint(filter) === "no complaint") expect(typeof compileFilter(filter)(ann)).toBe("boolean");
      }),
    );
  });

  it("finds any text that was quoted as it says", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (userId) => {
        const quoted = `'${userId.replaceAll("'", "''")}'`;
        const subject = { ...nobody, userId, groups: new Set([userId]) };
        expect(compileFilter(`userId eq ${quoted} and ${quoted} in groups`)(subject)).toBe(true);
        expect(compileFilter(`userId in ('', ${quoted}) and indexof(userId, ${quoted}) eq 0`)(subject)).toBe(true);
      }),
    );
  });

  it("means what JavaScript means by the same", () => {
    interface Sentence {
      readonly odata: string;
      readonly expected: boolean;
    }
    const { sentence } = fc.letrec<{ sentence: Sentence; operand: Sentence }>((tie) => ({
      operand: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          { odata: "userId eq 'ann'", expected: true },
          { odata: "length(groups) gt 5", expected: false },
        ),
        tie("sentence").map(({ odata, expected }) => ({ odata: `(${odata})`, expected })),
        tie("sentence").map(({ odata, expected }) => ({ odata: `not (${odata})`, expected: !expected })),
      ),
      // Without parentheses, `and` binds tighter than `or`.
      sentence: fc
        .array(fc.array(tie("operand"), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
        .map((ors) => ({
          odata: ors.map((ands) => ands.map(({ odata }) => odata).join(" and ")).join(" or "),
          expected: ors.some((ands) => ands.every(({ expected }) => expected)),
        })),
    }));
    fc.assert(fc.property(sentence, ({ odata, expected }) => expect(compileFilter(odata)(ann)).toBe(expected)));
  });
});
