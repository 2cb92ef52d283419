import * as util from "node:util";

type Style = (text: string) => string;

/** How parts of a line look. */
export interface Styles {
  readonly faint: Style;
  readonly good: Style;
  readonly bad: Style;
}

const same: Style = (text) => text;
export const plainStyles: Styles = { faint: same, good: same, bad: same };

interface ColorfulOutput {
  hasColors?(count: number, env: object): boolean;
}

const SIXTEEN = 16;

/** Colours where the terminal has them and nobody has set NO_COLOR, which Node looks at. */
export function stylesFor(output: ColorfulOutput, env: object = process.env): Styles {
  // Node has it since 20.12.
  const { styleText } = util as Partial<typeof util>;
  if (!styleText || output.hasColors?.(SIXTEEN, env) !== true) return plainStyles;
  // It has been decided already, and not for stdout alone.
  const paint = (format: "dim" | "green" | "yellow"): Style => {
    return (text) => styleText(format, text, { validateStream: false });
  };
  return { faint: paint("dim"), good: paint("green"), bad: paint("yellow") };
}
