/* Keeps ages, countdowns and prices current. It reads, and sends nothing. */
(function () {
  "use strict";

  var NONE = "–", MINUS = "−";
  var ahead = 0; // the desk's clock less this browser's, in milliseconds

  function deskNow() { return Date.now() + ahead; }

  function setClock(iso) {
    var at = Date.parse(iso);
    if (!isNaN(at)) { ahead = at - Date.now(); }
  }

  function two(number) { return number < 10 ? "0" + number : String(number); }

  function span(seconds) {
    var s = Math.max(0, Math.floor(seconds));
    if (s < 60) { return s + " s"; }
    if (s < 3600) { return Math.floor(s / 60) + " min " + two(s % 60); }
    if (s < 86400) { return Math.floor(s / 3600) + " h " + two(Math.floor((s % 3600) / 60)); }
    return Math.floor(s / 86400) + " d " + two(Math.floor((s % 86400) / 3600)) + " h";
  }

  function countdown(seconds) {
    var s = Math.floor(seconds);
    if (s < 0) { return "past"; }
    var days = Math.floor(s / 86400), rest = s % 86400;
    if (days) { return days + " d " + two(Math.floor(rest / 3600)) + " h"; }
    return two(Math.floor(rest / 3600)) + ":" + two(Math.floor((rest % 3600) / 60)) + ":" + two(rest % 60);
  }

  function write(element, text) { if (element.textContent !== text) { element.textContent = text; } }

  var newYork = new Intl.DateTimeFormat("en-CA", {
    timeZone: "America/New_York", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit"
  });

  function tick() {
    var now = deskNow();
    document.querySelectorAll("time[data-age]").forEach(function (each) {
      write(each, span((now - Date.parse(each.dateTime)) / 1000) + " ago");
    });
    document.querySelectorAll("time[data-in]").forEach(function (each) {
      write(each, countdown((Date.parse(each.dateTime) - now) / 1000));
    });
    var clock = document.getElementById("clock");
    if (clock) { write(clock, newYork.format(new Date(now)).replace(",", "")); }
  }

  /* --- prices --- */

  function cents(e4) { return e4 === null ? NONE : (e4 / 100).toFixed(1); }

  function count(e2) {
    if (e2 === null) { return NONE; }
    var whole = e2 % 100 === 0;
    return (e2 / 100).toLocaleString("en-US", { minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: 2 });
  }

  function gap(model, bid, ask) {
    if (model === undefined || bid === null || ask === null) { return NONE; }
    var c = 100 * Number(model) - (bid + ask) / 200;
    return (c < 0 ? MINUS : "+") + Math.abs(c).toFixed(2);
  }

  var rows = null;

  function index() {
    rows = new Map();
    document.querySelectorAll("tr[data-t]").forEach(function (row) { rows.set(row.dataset.t, row); });
  }

  var calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  function show(cell, text) {
    if (cell.textContent === text) { return; }
    var first = cell.dataset.seen !== "1";
    cell.textContent = text;
    cell.dataset.seen = "1";
    // An animation by name would need a layout of the whole page to begin anew.
    if (!first && !calm.matches) { cell.animate([{ backgroundColor: flash }, { backgroundColor: "transparent" }], 900); }
  }

  function price(row, top) {
    var bid = top[0], ask = top[1], dirty = top[4] !== "";
    row.classList.toggle("dirty", dirty);
    row.title = dirty ? "book in doubt: " + top[4] : "";
    show(row.querySelector(".b"), cents(bid));
    show(row.querySelector(".a"), cents(ask));
    write(row.querySelector(".bs"), count(top[2]));
    write(row.querySelector(".as"), count(top[3]));
    write(row.querySelector(".g"), dirty ? NONE : gap(row.dataset.model, bid, ask));
    var band = row.querySelector(".band");
    var both = bid !== null && ask !== null;
    band.setAttribute("x", both ? (bid / 100).toFixed(2) : "0");
    band.setAttribute("width", both ? Math.max((ask - bid) / 100, 0.6).toFixed(2) : "0");
  }

  var flash = colour("--flash");
  var known = {};

  function prices(text) {
    var tops = JSON.parse(text);
    if (rows === null) { index(); }
    Object.keys(tops).forEach(function (ticker) {
      known[ticker] = tops[ticker];
      var row = rows.get(ticker);
      if (row) { price(row, tops[ticker]); }
    });
  }

  /* --- the chart --- */

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  function draw(element) {
    if (!window.uPlot || element.dataset.drawn === "1") { return; }
    element.dataset.drawn = "1";
    element.textContent = "";
    var data = JSON.parse(element.dataset.series);
    var axis = { stroke: colour("--soft"), grid: { stroke: colour("--faint"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    new window.uPlot({
      width: Math.max(240, element.clientWidth), height: 165,
      tzDate: function (seconds) { return window.uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"); },
      cursor: { y: false }, legend: { show: false },
      scales: { x: { time: true } },
      axes: [Object.assign({}, axis, { size: 40 }), Object.assign({}, axis, { size: 52 })],
      series: [{}, { stroke: colour("--market"), width: 1.6, fill: colour("--faint"), points: { show: false } }]
    }, data, element);
  }

  function charts() { document.querySelectorAll(".chart[data-series]").forEach(draw); }

  function redraw() {
    flash = colour("--flash");
    document.querySelectorAll(".chart[data-series]").forEach(function (each) { each.dataset.drawn = ""; });
    charts();
  }

  /* --- the stream --- */

  function link(text, lost) {
    var element = document.getElementById("link");
    if (!element) { return; }
    write(element, text);
    element.classList.toggle("lost", lost);
  }

  function looked(ms) {
    var late = ms > 5000;
    link(late ? "■ files were not read for " + span(ms / 1000) : "page is current", late);
  }

  document.addEventListener("htmx:sseOpen", function (event) {
    link("page is current", false);
    var source = event.detail.source;
    if (source.deskListens) { return; }
    source.deskListens = true;
    source.addEventListener("books", function (message) { prices(message.data); });
    source.addEventListener("clock", function (message) {
      var told = message.data.split(" ");
      setClock(told[0]);
      looked(Date.parse(told[0]) - Date.parse(told[1]));
      tick();
    });
  });
  document.addEventListener("htmx:sseError", function () { link("■ connection lost, trying again", true); });
  document.addEventListener("htmx:afterSwap", function (event) {
    var swapped = event.target;
    if (swapped.querySelector("tr[data-t]")) {
      index();
      swapped.querySelectorAll("tr[data-t]").forEach(function (row) {
        if (known[row.dataset.t]) { price(row, known[row.dataset.t]); }
      });
    }
    charts();
    tick();
  });

  setClock(document.body.dataset.now);
  tick();
  charts();
  setInterval(tick, 1000);
  var resized = null;
  window.addEventListener("resize", function () { clearTimeout(resized); resized = setTimeout(redraw, 200); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}());
