// SPDX-License-Identifier: MIT
// Reads workflows with GitHub's own parser, and prints what it finds wrong with them, a line each.
// Usage: node parse_workflow.mjs FILE...

import fs from "node:fs";
import { register } from "node:module";

// The parser imports JSON in a way that only bundlers take, so such a module is made of the file.
const hook = `
import fs from "node:fs";
export async function load(url, context, next) {
	if (!url.endsWith(".json")) return next(url, context);
	const source = "export default " + fs.readFileSync(new URL(url), "utf8");
	return { format: "module", shortCircuit: true, source };
}`;
register("data:text/javascript," + encodeURIComponent(hook));

const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } = await import(
	"@actions/workflow-parser"
);
for (const path of process.argv.slice(2)) {
	const file = { name: path, content: fs.readFileSync(path, "utf8") };
	const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
	const template = value ? await convertWorkflowTemplate(context, value) : {};
	for (const error of context.errors.getErrors()) console.log(`${path}: ${error.message}`);
	console.log(`${path}: ${template.jobs?.length ?? 0} jobs`);
}
