"use strict";
/*
 * The report draws itself from its data. Text out of the topology gets into the page as text only
 * (make() sets textContent), never as markup.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const LETTERS = "ldpru"; // of the verdicts' numbers
const ORDER = "urpdl"; // the worst first
const WORDS = {
	l: ["L", "lan", "on the same local network"],
	d: ["D", "direct", "a tunnel of their own that one side alone can start"],
	p: ["P", "punch", "a tunnel of their own: both sides have to send"],
	r: ["R", "relay", "through a gateway"],
	u: ["✕", "unreachable", "they cannot reach each other"],
};
const LETTER_OF = { lan: "l", direct: "d", punch: "p" };
const MOST_SINGLE = 40; // hosts; more are shown in groups
const MOST_SHOWN = 150; // rows, and columns, at a time
const MOST_FOUND = 20;

const get = (id) => document.getElementById(id);
const text = (number) => (number === null ? null : data.strings[number]);
const count = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

/* An element with attributes and children; strings become text. */
function make(tag, attributes, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes ?? {}))
		if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
	element.append(...children.filter((child) => child !== null));
	return element;
}

const badge = (letter) => make("span", { class: `badge ${letter}` }, WORDS[letter][0]);

/* The network: who is next to whom, and over which path two reach each other. */

const { hosts, groups } = data;
const members = groups.map(() => []);
hosts.forEach((host, index) => {
	host.index = index;
	members[host.group].push(host);
});
/* Rows are written as runs, or by how they differ from an earlier row. */
function readTable(rows) {
	const table = [];
	for (const [base, ...rest] of rows) {
		const row = base < 0 ? new Int32Array(rows.length) : table[base].slice();
		for (let i = 0, at = 0; i < rest.length; i += 2)
			if (base < 0) row.fill(rest[i], at, at += rest[i + 1]);
			else row[rest[i]] = rest[i + 1];
		table.push(row);
	}
	return table;
}
const cells = readTable(data.pairs);
const verdicts = readTable(data.verdicts);
const links = new Map(data.links.flatMap((link) => {
	const [a, b] = link.ends;
	return [[`${a} ${b}`, { ...link, cell: link.cells[0] }], [`${b} ${a}`, { ...link, cell: link.cells[1] }]];
}));

const linkOf = (a, b) => links.get(`${a.index} ${b.index}`);
const isSame = (a, b) => (a.home ?? a.index) === (b.home ?? b.index);
const letterAt = (group, other) => LETTERS[verdicts[group][other]] ?? "-";
const letterOf = (a, b) => (isSame(a, b) ? "-" : letterAt(a.group, b.group));
const meshEnd = (host) => (host.gateway === undefined ? host : hosts[host.gateway]);
const cellOf = (a, b) => data.cells[linkOf(a, b)?.cell ?? cells[a.class][b.class]];

function relayOf(a, b) {
	const via = linkOf(a, b)?.via;
	if (via !== undefined) return hosts[via];
	const gateways = cellOf(a, b)[7];
	return gateways.length ? hosts[gateways[(a.share + b.share) % gateways.length]] : null;
}

function pathOf(from, to) {
	const [one, other] = [meshEnd(from), meshEnd(to)];
	const relay = one === other ? null : relayOf(one, other);
	const path = [from, one, relay, other, to].filter((node) => node);
	return { path: path.filter((node, i) => node !== path[i - 1]), one, other, relay };
}

/* What a host is where it meets others. */
function standing(host, meeting) {
	const [, place, hops, endpoint, forward] = host.ends.find((end) => end[0] === meeting);
	return { place, hops, endpoint, forward };
}

/* A text of two hosts, with their names and those of the sites in front of them put in. */
function fill(string, a, b, meeting) {
	const site = (host, hop) => data.sites[standing(host, meeting).hops[3 * hop]];
	return string.replace(/\{([12])\}|\{([ab])(\d+)\}/g, (all, host, end, hop) =>
		(host ? (host === "1" ? a : b).name : site(end === "a" ? a : b, Number(hop))));
}

function endOf(host, other, meeting, told) {
	const { place, hops } = standing(host, meeting);
	const end = { node: host.name, peer: other.name, place: text(place), hops: [] };
	for (let i = 0; i < hops.length; i += 3)
		end.hops.push({ site: data.sites[hops[i]], box: text(hops[i + 1]), seen: text(hops[i + 2]) });
	if (told) {
		end.endpoint = told[0] ? text(standing(other, meeting).endpoint) : null;
		end.persistent_keepalive = told[1];
		end.reason = text(told[2]);
	}
	return end;
}

/* Two neighbours on a path, or two that have no tunnel of their own. */
function look(a, b) {
	const [verdict, rule, meeting, way, first, second, fixes] = cellOf(a, b);
	const arePeers = first && linkOf(a, b)?.via === undefined;
	const [site, family] = data.meetings[meeting];
	const ends = [endOf(a, b, meeting, arePeers && first), endOf(b, a, meeting, arePeers && second)];
	for (const end of arePeers ? ends : []) end.reason = fill(end.reason, a, b, meeting);
	return {
		verdict, way: arePeers ? text(way) : null, rule: text(rule), site: data.sites[site], family,
		ends,
		fixes: fixes.map((fix) => (typeof fix === "number" ? fill(text(fix), a, b, meeting)
			: text(standing(fix === "f0" ? a : b, meeting).forward))),
	};
}

function mtuOf(path) {
	let mtu = { mtu: data.mtu, mtu_reason: data.mtu_reason };
	path.slice(1).forEach((to, i) => {
		const set = linkOf(path[i], to)?.mtu;
		if (set !== undefined && set < mtu.mtu) mtu = { mtu: set, mtu_reason: `set in 'links' for ${path[i].name} and ${to.name}` };
	});
	return mtu;
}

/* The link because of which the two are relayed, or null. */
function chosenLink(one, other, relay) {
	const link = relay && linkOf(one, other);
	return link?.via === undefined ? null : link;
}

/* What `wgtopo explain --format json` says of the pair. */
function explain(from, to) {
	const { path, one, other, relay } = pathOf(from, to);
	const tunnels = path.slice(1).map((node, i) => look(path[i], node));
	const cut = tunnels.find((tunnel) => tunnel.verdict === "apart");
	const apart = cut ?? (relay ? look(one, other) : null);
	const result = {
		from: from.name, to: to.name, is_reached: !cut, path: path.map((node) => node.name),
		tunnels: tunnels.filter((tunnel) => tunnel.way !== null).map(({ fixes, ...tunnel }) => tunnel),
		...mtuOf(path),
	};
	if (apart) {
		const isChosen = chosenLink(one, other, relay) !== null;
		result.apart = { ...apart, way: null, fixes: isChosen ? [] : apart.fixes, is_chosen: isChosen };
	}
	return result;
}

/* The lines of the topology behind it, each place once. */
function evidenceOf(from, to) {
	const { path, one, other, relay } = pathOf(from, to);
	const chosen = chosenLink(one, other, relay);
	const lines = new Map();
	for (const { evidence } of chosen ? [...path, { evidence: chosen.evidence }] : path)
		for (let i = 0; i < evidence.length; i += 2)
			if (!lines.has(evidence[i])) lines.set(evidence[i], text(evidence[i + 1]));
	return [...lines].map(([place, line]) => `${text(place)}: ${line}`);
}

/* The headline. */

function countPairs() {
	const counts = { l: 0, d: 0, p: 0, r: 0, u: 0, gateway: 0, "-": 0 };
	const add = (a, b, n) => {
		const letter = letterAt(a, b);
		counts[letter === "r" && isUsual(members[a][0], members[b][0]) ? "gateway" : letter] += n;
	};
	members.forEach((one, a) => {
		for (let b = a; b < members.length; b++)
			add(a, b, a === b ? (one.length * (one.length - 1)) / 2 : one.length * members[b].length);
	});
	for (const host of hosts)
		for (const other of host.home === undefined ? [] : hosts.slice(host.home, host.index))
			if (isSame(host, other)) add(Math.min(host.group, other.group), Math.max(host.group, other.group), -1);
	return counts;
}

function showHeadline() {
	const counts = countPairs();
	const all = counts.l + counts.d + counts.p + counts.r + counts.u + counts.gateway;
	const errors = data.findings.filter((finding) => finding.severity === "error").length;
	const warnings = data.findings.length - errors;
	const [words, tone] =
		counts.u > 0 ? [`${count(counts.u, "pair")} of ${all.toLocaleString("en")} cannot reach each other.`, "bad"]
		: errors > 0 ? [`The topology has ${count(errors, "error")}.`, "bad"]
		: counts.r > 0 ? [`Everybody reaches everybody; ${count(counts.r, "pair")} only through a gateway.`, "doubt"]
		: warnings > 0 ? [`Everybody reaches everybody; there ${warnings === 1 ? "is" : "are"} ${count(warnings, "warning")}.`, "doubt"]
		: ["Everybody reaches everybody, and there are no findings.", "good"];
	get("verdict").textContent = words;
	get("verdict").classList.add(tone);
	const tile = (n, what, mark) => make("li", null, mark ?? null, make("b", null, n.toLocaleString("en")), what);
	const kind = (name) => hosts.filter((host) => host.kind === name && host.home === undefined).length;
	const tiles = [
		counts.u && tile(counts.u, "pairs cut off", badge("u")),
		errors && tile(errors, errors === 1 ? "error" : "errors"),
		counts.r && tile(counts.r, "relayed", badge("r")),
		warnings && tile(warnings, warnings === 1 ? "warning" : "warnings"),
		counts.p && tile(counts.p, "punched", badge("p")),
		counts.d && tile(counts.d, "direct", badge("d")),
		counts.l && tile(counts.l, "local", badge("l")),
		counts.gateway && tile(counts.gateway, "pairs of devices, by their gateways"),
		...["server", "gateway", "device"].map((name) => kind(name) && tile(kind(name), kind(name) === 1 ? name : `${name}s`)),
		data.sites.length > 1 && tile(data.sites.length - 1, data.sites.length === 2 ? "site" : "sites"),
	];
	get("counts").append(...tiles.filter((each) => each));
	get("source").textContent = `Made by wgtopo report of ${data.topology}. The page holds no keys, and needs no network.`;
}

/* What has changed. */

function list(title, items, each) {
	if (!Array.isArray(items) || !items.length) return [];
	return [make("h3", null, `${title}: ${items.length.toLocaleString("en")}`),
		make("ul", { class: "changes" }, ...items.map((item) => make("li", null, ...[each(item)].flat())))];
}

function verdictChange(change) {
	const link = make("button", { type: "button" }, "why");
	const [from, to] = [change.from, change.to].map((name) => hosts.find((host) => host.name === name));
	link.addEventListener("click", () => openReason([from], [to]));
	const [was, now] = [LETTERS[change.was], LETTERS[change.now]];
	return [badge(was), " → ", badge(now), ` ${change.a} and ${change.b}: ${WORDS[was][1]} before, `
		+ `${WORDS[now][1]} now${change.pairs > 1 ? `, ${count(change.pairs, "pair")}` : ""} `, from && to ? link : ""];
}

function showChanges() {
	const { changes } = data;
	if (changes === null || changes.note) {
		get("changes-body").append(make("p", { class: "help" }, changes?.note
			? `Nothing could be compared: ${changes.note}.`
			: "This is the first one, or nothing has changed since it. Write the next one to the same file, and it will say here what is different."));
		return;
	}
	const known = (change) => LETTERS[change?.was] && LETTERS[change.now];
	get("changes-body").append(
		...list("Verdicts that changed", [].concat(changes.verdicts ?? []).filter(known), verdictChange),
		changes.more_pairs > 0 ? make("p", null, `and ${count(changes.more_pairs, "more pair")}`) : "",
		...list("New findings", changes.findings_new, (name) => name),
		...list("Findings that are gone", changes.findings_gone, (name) => name),
		...list("Hosts added", changes.added, (name) => name),
		...list("Hosts removed", changes.removed, (name) => name));
}

/* The findings, errors first, as the program shows them. */

function showFinding(finding) {
	const box = make("article", { class: `finding ${finding.severity}` });
	let source = null;
	finding.text.trimEnd().split("\n").forEach((line, i) => {
		if (/^ *\d* *\|/.test(line)) {
			source ??= box.appendChild(make("pre", { tabindex: 0, "aria-label": "lines of the topology" }));
			source.append(`${line}\n`);
			return;
		}
		source = null;
		box.append(i === 0 ? make("p", null, make("b", null, line))
			: make("p", { class: line.startsWith("  ") ? "more" : null }, line.trim()));
	});
	return box;
}

function showFindings() {
	const rank = (finding) => (finding.severity === "error" ? 0 : 1);
	const sorted = [...data.findings].sort((a, b) => rank(a) - rank(b));
	get("findings").append(...(sorted.length ? sorted.map(showFinding) : [make("p", { class: "help" }, "There are none.")]));
}

/* The reason of a pair. */

function chain(pair) {
	const [a, b] = pair.ends;
	const hop = ({ site, box, seen }) => make("li", null, `${site}: ${box}; outside it is `, make("span", { class: "mono" }, seen));
	return make("ol", { class: "chain" }, make("li", null, make("b", null, a.node), `, ${a.place}`), ...a.hops.map(hop),
		make("li", { class: "meet" }, `they meet at ${pair.site}, over ${pair.family === "ipv4" ? "IPv4" : "IPv6"}`),
		...b.hops.map(hop).reverse(), make("li", null, make("b", null, b.node), `, ${b.place}`));
}

function sends(end) {
	const where = end.endpoint === null ? "where the other's packets come from (no endpoint)" : end.endpoint;
	const keepalive = end.persistent_keepalive === 0 ? "no keepalive" : `keepalive every ${end.persistent_keepalive} s`;
	return make("li", null, make("b", null, end.node), ` sends to ${where}; ${keepalive}: ${end.reason}`);
}

function starters(tunnel) {
	const able = tunnel.ends.filter((end) => end.endpoint !== null).map((end) => end.node);
	if (tunnel.verdict === "punch") return "both have to send";
	return able.length === 2 ? "either side" : `${able[0] ?? "neither side"} alone`;
}

const rows = (...pairs) => make("dl", null, ...pairs.filter((pair) => pair).flatMap(([name, value]) => [make("dt", null, name), make("dd", null, value)]));

function ruleOf(apart) {
	if (!apart.is_chosen) return apart.rule;
	return apart.verdict === "apart" ? `'links' has them relayed; by themselves they could not: ${apart.rule}`
		: "'links' has them relayed, though they could";
}

function showApart({ apart }) {
	if (!apart) return [];
	const [a, b] = apart.ends;
	return [make("h3", null, `${a.node} – ${b.node}: no tunnel of their own`),
		rows(["Rule", ruleOf(apart)]),
		apart.fixes.length ? make("div", { class: "fix" }, make("b", null, "What would fix it, the cheapest first"),
			make("ol", null, ...apart.fixes.map((fix) => make("li", null, fix)))) : "",
		chain(apart)];
}

function showTunnel(tunnel) {
	return [make("h3", null, `${tunnel.ends[0].node} – ${tunnel.ends[1].node}: ${tunnel.way}`),
		rows(["Rule", tunnel.rule], ["Who starts", starters(tunnel)]),
		make("ul", null, ...tunnel.ends.map(sends)), chain(tunnel)];
}

function showReason(from, to) {
	const reason = explain(from, to);
	const letter = reason.is_reached ? LETTER_OF[reason.path.length === 2 && reason.tunnels[0]?.verdict] ?? "r" : "u";
	get("reason-title").replaceChildren(badge(letter), ` ${from.name} → ${to.name}`);
	get("reason-body").replaceChildren(
		rows(["Verdict", `${WORDS[letter][1]}: ${WORDS[letter][2]}`], ["Path", make("span", { class: "path" }, reason.path.join(" → "))],
			["MTU", `${reason.mtu} bytes: ${reason.mtu_reason}`]),
		...showApart(reason), ...reason.tunnels.flatMap(showTunnel),
		make("h3", null, "Evidence in the topology"),
		make("ul", { class: "mono evidence" }, ...evidenceOf(from, to).map((line) => make("li", null, line))));
}

/* Where a cell stands for many pairs, two lists choose one of them. */
function openReason(fromHosts, toHosts) {
	const choice = (label, choices, chosen) => make("select", { "aria-label": label }, ...choices.map((host) =>
		make("option", { value: host.index, selected: host === chosen ? "" : null }, host.name)));
	const from = fromHosts.find((a) => toHosts.some((b) => !isSame(a, b)));
	const to = from && toHosts.find((b) => !isSame(from, b));
	if (!to) return;
	const [one, other] = [choice("from", fromHosts, from), choice("to", toHosts, to)];
	const update = () => {
		const [a, b] = [one, other].map((select) => hosts[select.value]);
		if (!isSame(a, b)) return showReason(a, b);
		get("reason-title").textContent = a.name;
		get("reason-body").replaceChildren(make("p", null, "That is one machine: choose two."));
	};
	[one, other].forEach((select) => select.addEventListener("change", update));
	get("choose").replaceChildren(...(fromHosts.length > 1 || toHosts.length > 1 ? [one, " to ", other] : []));
	update();
	get("reason").showModal();
	get("reason").scrollTop = 0;
}

/* The matrix: hosts or groups of them against each other, as a grid with one stop for the Tab key. */

const isGrouped = hosts.length > MOST_SINGLE;
const matrix = get("matrix");
const open = new Set(); // groups that are shown host by host
let shown = { rows: [], columns: [] };

function entries() {
	const result = members.flatMap((list, group) => {
		const single = !isGrouped || open.has(group) || list.length === 1;
		return single ? list.map((host) => ({ hosts: [host], label: host.name, group }))
			: [{ hosts: list, label: `${groups[group].where}: ${groups[group].label} (${list.length})`, group }];
	});
	return isGrouped ? result : result.sort((a, b) => a.hosts[0].index - b.hosts[0].index);
}

/* A device goes through its gateway by design: no NAT is to blame. */
const isUsual = (a, b) => a.gateway !== undefined || b.gateway !== undefined;

/* Who may send first: "" both, or an arrow from the one that may. */
function arrow(a, b, letter) {
	if (letter !== "d") return "";
	const [, , , , first, second] = cellOf(a, b);
	return first[0] && second[0] ? "" : first[0] ? "›" : "‹";
}

function pairOf(row, column) {
	const from = row.hosts.find((a) => column.hosts.some((b) => !isSame(a, b)));
	return from ? [from, column.hosts.find((b) => !isSame(from, b))] : null;
}

function cell(row, column) {
	const pair = pairOf(row, column);
	const td = document.createElement("td");
	const letter = pair && letterOf(...pair);
	td.tabIndex = -1;
	td.className = !pair ? "none" : letter === "r" && isUsual(...pair) ? "r usual" : letter;
	if (pair) td.textContent = WORDS[letter][0] + arrow(...pair, letter);
	return td;
}

function head(entry, scope) {
	const isOpen = isGrouped && open.has(entry.group);
	const isMore = isGrouped && (entry.hosts.length > 1 || isOpen);
	return make("th", { scope, tabindex: -1, title: `${entry.label}, ${groups[entry.group].where}`, class: isMore ? "more" : null,
		"aria-expanded": isMore ? String(isOpen) : null, role: scope === "row" ? "rowheader" : "columnheader" },
		scope === "row" ? entry.label : make("span", null, entry.label));
}

function showMatrix(found) {
	const all = entries();
	const wanted = found ? found.map((host) => ({ hosts: [host], label: host.name, group: host.group })) : all;
	shown = { rows: wanted.slice(0, MOST_SHOWN), columns: all.slice(0, MOST_SHOWN) };
	const rows = shown.rows.map((row) => {
		const tr = make("tr", { role: "row" }, head(row, "row"));
		tr.append(...shown.columns.map((column) => cell(row, column)));
		return tr;
	});
	matrix.replaceChildren(
		make("thead", null, make("tr", { role: "row" }, make("th", { scope: "col", role: "columnheader" }, "from ↓ to →"), ...shown.columns.map((column) => head(column, "col")))),
		make("tbody", null, ...rows));
	const first = matrix.querySelector("tbody td") ?? matrix.querySelector("th");
	first.tabIndex = 0;
	get("collapse").hidden = open.size === 0 && !found;
	const cut = Math.max(all.length, wanted.length) > MOST_SHOWN;
	get("matrix-help").textContent = "Each row is a host that wants to reach those in the columns. Click a cell for the reason, or move with the arrow keys and press Enter. "
		+ "› the row's host starts, ‹ the column's. "
		+ (isGrouped ? "Hosts that are alike are one group: click its name, or press Enter on it, to see its hosts. " : "")
		+ (cut ? `Shown are the first ${MOST_SHOWN} of ${Math.max(all.length, wanted.length).toLocaleString("en")}: a search narrows that.` : "");
}

/* Row 0 and column 0 are the names. */
const position = (element) => [element.parentElement.parentElement.tagName === "THEAD" ? 0 : element.parentElement.rowIndex, element.cellIndex];

function enter(element) {
	const [row, column] = position(element);
	if (row > 0 && column > 0) return openReason(shown.rows[row - 1].hosts, shown.columns[column - 1].hosts);
	const entry = row > 0 ? shown.rows[row - 1] : shown.columns[column - 1];
	if (!entry || !element.classList.contains("more")) return;
	if (!open.delete(entry.group)) open.add(entry.group);
	get("search").value = "";
	search();
	const again = [...matrix.querySelectorAll(row > 0 ? "tbody th" : "thead th")]
		.find((th, i) => (row > 0 ? shown.rows[i] : shown.columns[i - 1])?.group === entry.group);
	go(again);
}

function go(element) {
	const [row, column] = position(element);
	matrix.querySelectorAll('[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
	element.tabIndex = 0;
	if (row > 0 && column > 0) {
		const [from, to] = [shown.rows[row - 1], shown.columns[column - 1]];
		const letter = letterAt(from.group, to.group);
		element.setAttribute("aria-label", `${from.label} to ${to.label}: ${element.className === "none" ? "the same" : WORDS[letter][1]}`);
	}
	element.focus();
	element.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0],
	Home: [0, -Infinity], End: [0, Infinity] };

function onKey(event) {
	const element = event.target.closest("td, th");
	const step = STEPS[event.key];
	if (!element || (!step && event.key !== "Enter" && event.key !== " ")) return;
	event.preventDefault();
	if (!step) return enter(element);
	const [row, column] = position(element);
	const clamp = (value, most) => Math.max(0, Math.min(value, most));
	const next = [clamp(row + (event.ctrlKey && step[1] ? step[1] : step[0]), matrix.rows.length - 1), clamp(column + step[1], shown.columns.length)];
	if (next[0] === 0 && next[1] === 0) next[row === 0 ? 1 : 0] = 1; // the corner says nothing
	go(matrix.rows[next[0]].cells[next[1]]);
}

/* The search. */

const searched = hosts.map((host) => [host.name, host.kind, host.user, ...host.addresses, ...(host.groups ?? []), groups[host.group].where,
	...host.ends.map((end) => text(end[1]))].join(" ").toLowerCase());

function showFound(host) {
	const counts = {};
	groups.forEach((_, group) => {
		const others = members[group].filter((other) => !isSame(host, other)).length;
		const letter = letterAt(host.group, group);
		if (others) counts[letter] = (counts[letter] ?? 0) + others;
	});
	return make("li", null, make("b", null, host.name), `${host.kind} · ${host.addresses.join(", ")} · ${groups[host.group].where}`
		+ `${host.user ? ` · user ${host.user}` : ""}${host.gateway === undefined ? "" : ` · by ${hosts[host.gateway].name}`} · `,
		...[...ORDER].filter((letter) => counts[letter]).flatMap((letter) => [badge(letter), ` ${counts[letter]} `]));
}

function search() {
	const words = get("search").value.toLowerCase().split(/\s+/).filter((word) => word);
	const found = words.length ? hosts.filter((_, i) => words.every((word) => searched[i].includes(word))) : null;
	get("hosts").replaceChildren(...(found ?? []).slice(0, MOST_FOUND).map(showFound));
	get("found").textContent = !found ? "" : found.length === 0 ? "Nothing matches."
		: `${count(found.length, "host")} found${found.length > MOST_FOUND ? `, the first ${MOST_FOUND} are listed` : ""}.`;
	showMatrix(found);
}

showHeadline();
showChanges();
showFindings();
get("legend").append(
	...[..."ldpru"].map((letter) => make("li", null, badge(letter), ` ${WORDS[letter][1]}: ${WORDS[letter][2]}`)),
	hosts.some((host) => host.gateway !== undefined) ? make("li", null, make("span", { class: "badge r usual" }, "R"), " relay: a device, by its own gateway") : "");
search();
get("search").addEventListener("input", search);
get("find").addEventListener("submit", (event) => event.preventDefault());
get("collapse").addEventListener("click", () => {
	open.clear();
	get("search").value = "";
	search();
	get("search").focus();
});
matrix.addEventListener("keydown", onKey);
matrix.addEventListener("click", (event) => {
	const element = event.target.closest("td, th");
	if (!element) return;
	go(element);
	enter(element);
});
get("reason").addEventListener("click", (event) => {
	if (event.target === get("reason")) get("reason").close();
});
