// Builds service/web/static: compiled style, vendored scripts and pictures, each under a name that carries its
// content's hash, with gzip and brotli beside it, and manifest.json from plain name to hashed name.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, basename, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import * as sass from "sass";

const here = import.meta.dirname;
const out = join(here, "..", "service", "web", "static");
const vendor = (...path) => readFileSync(join(here, "node_modules", ...path));
const manifest = {};

function put(name, content) {
  const bytes = Buffer.from(content);
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const ending = extname(name);
  const hashed = `${basename(name, ending)}.${digest}${ending}`;
  write(join(out, "hashed", hashed), bytes);
  manifest[name] = hashed;
}

function write(path, bytes) {
  writeFileSync(path, bytes);
  if (/\.(css|js|svg)$/.test(path)) {
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(bytes));
  }
}

const withoutMap = (bytes) => bytes.toString().replace(/\n?\/\/# sourceMappingURL=.*\n?$/, "\n");

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "hashed"), { recursive: true });
put("app.css", sass.compile(join(here, "styles", "app.scss"), { style: "compressed", quietDeps: true }).css);
put("govuk-frontend.js", withoutMap(vendor("govuk-frontend", "dist", "govuk", "govuk-frontend.min.js")));
put(
  "app.js",
  readFileSync(join(here, "scripts", "app.js"), "utf8").replace("./govuk-frontend.js", `./${manifest["govuk-frontend.js"]}`),
);
// What these take from others is joined with them: of ECharts only the parts that charts.js names.
for (const name of ["charts.js", "live.js", "board.js"]) {
  const how = { entryPoints: [join(here, "scripts", name)], bundle: true, minify: true, format: "esm", legalComments: "none", write: false };
  put(name, buildSync(how).outputFiles[0].contents);
}
for (const picture of readdirSync(join(here, "images"))) put(picture, readFileSync(join(here, "images", picture)));
cpSync(join(here, "LICENCES.md"), join(out, "LICENCES.md"));
cpSync(join(here, "root"), join(out, "root"), { recursive: true });
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
