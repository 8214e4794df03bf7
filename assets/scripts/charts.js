// A picture of each table that asks for one (`data-chart`), above it. The table stays, folded away: it holds the same
// numbers and is what a screen reader reads. Without scripts it stands open, and is what there is.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, GridComponent, LegendComponent, SVGRenderer]);

const root = getComputedStyle(document.documentElement);
const colour = (name) => root.getPropertyValue(`--${name}`).trim();
const TONES = { good: colour("pine"), wait: colour("focus"), bad: colour("brick"), plain: colour("line-strong") };
const size = 0.9375 * parseFloat(root.fontSize);
const text = { color: colour("ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size };

function read(table) {
  const columns = [...table.tHead.rows[0].cells].slice(1).map((cell) => ({ name: cell.innerText, tone: cell.dataset.tone }));
  const rows = [...table.tBodies[0].rows].map(({ cells: [label, ...numbers] }) => ({
    label: label.dataset.short ?? label.innerText,
    numbers: numbers.map((cell) => Number(cell.dataset.number ?? cell.innerText)),
  }));
  return { columns, rows };
}

function draw(table) {
  const { columns, rows } = read(table);
  const isAcross = table.dataset.chart === "across";
  const folded = table.closest("details");
  const picture = document.createElement("div");
  picture.className = "chart";
  picture.style.height = `${isAcross ? (rows.length * 1.9 + 5) * size : 21 * size}px`;
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", table.dataset.says);
  folded.before(picture);
  const legend = columns.reduce((sum, { name }) => sum + (name.length + 4) * size, 0);
  const lines = Math.ceil(legend / picture.clientWidth);
  const chart = init(picture, null, { renderer: "svg" });
  const names = { type: "category", data: rows.map((row) => row.label), inverse: isAcross, axisTick: { show: false }, axisLabel: { ...text, hideOverlap: true } };
  const counts = { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: colour("line") } } };
  chart.setOption({
    animation: false,
    aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
    legend: { left: 0, top: 0, selectedMode: false, textStyle: text, itemGap: size },
    grid: { left: 0, right: size, top: (1 + 2 * lines) * size, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: isAcross ? counts : names,
    yAxis: isAcross ? names : counts,
    series: columns.map(({ name, tone }, place) => ({
      name,
      type: "bar",
      stack: "all",
      silent: true,
      barMaxWidth: 2 * size,
      itemStyle: { color: TONES[tone] },
      data: rows.map((row) => row.numbers[place]),
    })),
  });
  folded.open = false;
  new ResizeObserver(() => chart.resize()).observe(picture);
}

document.querySelectorAll("table[data-chart]").forEach(draw);
