import { existsSync } from "node:fs";
import path from "node:path";
import { build as bundle, type Plugin } from "esbuild";
import { Router } from "express";
import type { ServiceInfo } from "../shared/messages.js";
import type { Service } from "./service.js";

const folder = path.resolve(import.meta.dirname, "../page");

/** In a page the file `x.browser.ts` beside `x.ts` takes its place. Who imports "rx-webpubsub" needs none of this. */
const browserFiles: Plugin = {
  name: "browser-files",
  setup(build) {
    build.onResolve({ filter: /^\..*\.js$/ }, ({ path: file, resolveDir }) => {
      const twin = path.resolve(resolveDir, file.replace(/\.js$/, ".browser.ts"));
      return existsSync(twin) ? { path: twin } : undefined;
    });
  },
};

/** The page, made out of its sources once, at the start. */
export async function pageRoutes({ name, sdk, emulator }: Service): Promise<Router> {
  const { outputFiles } = await bundle({
    entryPoints: [path.join(folder, "main.ts"), path.join(folder, "style/main.css")],
    entryNames: "[name]",
    outdir: folder,
    bundle: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    minify: true,
    plugins: [browserFiles],
    write: false,
  });
  const files = new Map(outputFiles.map(({ path: file, text }) => [path.basename(file), text]));
  const info: ServiceInfo = { name, faults: emulator !== undefined };
  const { origin } = new URL(sdk.endpoint);
  const policy = `default-src 'self'; img-src 'self' data:; connect-src 'self' ${origin.replace(/^http/, "ws")}; frame-ancestors 'none'`;

  return Router()
    .get("/", (_, response) => {
      response.set("content-security-policy", policy).sendFile(path.join(folder, "index.html"));
    })
    .get("/main.js", (_, response) => void response.type("js").send(files.get("main.js")))
    .get("/main.css", (_, response) => void response.type("css").send(files.get("main.css")))
    .get("/service", (_, response) => void response.json(info));
}
