// Runs parts of the harness that the generator ships, as they are.
//   node shipped.mjs GENERATOR scan          the scanner's handler; prints what it would start as JSON
//   node shipped.mjs GENERATOR load JSON     the config loader; prints what it made of a configJson
import { build } from 'esbuild';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [generator, what, text] = process.argv.slice(2);
const say = process.stdout.write.bind(process.stdout);
console.log = () => {};

// Step Functions, of which only what is started matters.
const orchestrator = `
  export class StartExecutionCommand { constructor(input) { this.input = input; } }
  export class SFNClient { async send(command) {
    globalThis.started.push(JSON.parse(command.input.input));
    return { executionArn: 'arn' };
  } }`;

async function scan() {
  globalThis.started = [];
  const outfile = join(mkdtempSync(join(tmpdir(), 'scanner-')), 'scanner.mjs');
  await build({
    entryPoints: [join(generator, 'infra/ci-harness/lambda/scanner/index.ts')],
    bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error',
    nodePaths: [join(generator, '../..')],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [{ name: 'step-functions', setup(build) {
      build.onResolve({ filter: /^@aws-sdk\/client-sfn$/ }, () => ({ path: 'sfn', namespace: 'stub' }));
      build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: orchestrator }));
    } }],
  });
  await (await import(pathToFileURL(outfile))).handler();
  return globalThis.started;
}

async function load() {
  const { default: ConfigLoader } = await import(pathToFileURL(join(generator, 'src/lib/config-loader.js')));
  const { default: ConfigManager } = await import(pathToFileURL(join(generator, 'src/lib/config-manager.js')));
  const manager = new ConfigManager({ options: { 'config-json': text }, args: [] });
  await new ConfigLoader(manager)._loadCliConfigFile();
  return manager.config;
}

say(JSON.stringify(await { scan, load }[what]()));
