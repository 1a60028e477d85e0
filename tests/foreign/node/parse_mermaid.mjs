// SPDX-License-Identifier: MIT
// Parses each file as Mermaid does before it draws, and prints a line each: how many nodes and edges
// it found, or what is wrong.
// Usage: node parse_mermaid.mjs FILE...

import fs from "node:fs";
import { JSDOM } from "jsdom";

// Labels are cleaned with DOMPurify, which wants a document.
const { window } = new JSDOM("<!DOCTYPE html><body></body>");
globalThis.window = window;
globalThis.document = window.document;

const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false });
for (const path of process.argv.slice(2)) {
	try {
		const diagram = await mermaid.mermaidAPI.getDiagramFromText(fs.readFileSync(path, "utf8"));
		const vertices = [...diagram.db.getVertices().values()];
		console.log(JSON.stringify({
			labels: vertices.map((vertex) => vertex.text),
			edges: diagram.db.getEdges().length,
			clusters: diagram.db.getSubGraphs().map((graph) => graph.title),
		}));
	} catch (fault) {
		console.log(JSON.stringify({ fault: String(fault.message ?? fault).split("\n")[0] }));
	}
}
