#pragma once

#include <string_view>

namespace cqhttp::conformance::html_assets {

inline constexpr std::string_view style = R"css(
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1c2128;--dim:#667080;--line:#e1e5ea;
--pass:#1a7f4b;--fail:#c62f3b;--warn:#a86a00;--info:#2767b8;--skip:#8a93a0;--unsupported:#8a93a0;
--error:#8b3fb0;--sent:#2767b8;--code:#f0f2f5}
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1c2026;--ink:#e4e7eb;--dim:#98a2b0;
--line:#2c323a;--pass:#4cc38a;--fail:#ff6b75;--warn:#e0a33e;--info:#6aa8f7;--skip:#7b8593;
--unsupported:#7b8593;--error:#c887e8;--sent:#6aa8f7;--code:#14171b}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",
"Noto Sans","Noto Sans CJK SC",sans-serif}
main{max-width:1100px;margin:0 auto;padding:32px 20px 80px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:17px;margin:0}
.sub{color:var(--dim);margin:0 0 20px}
.targets{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:14px;margin:0 0 20px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px}
.card h3{font-size:16px;margin:0;overflow-wrap:anywhere}
.card .score{font-size:30px;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.card .score small{font-size:14px;font-weight:400;color:var(--dim)}
.bar{display:flex;height:10px;border-radius:5px;overflow:hidden;background:var(--line);margin:8px 0}
.bar i{display:block;min-width:3px}
.counts{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;color:var(--dim)}
.counts b{font-variant-numeric:tabular-nums}
.pass{--c:var(--pass)}.fail{--c:var(--fail)}.warn{--c:var(--warn)}.info{--c:var(--info)}
.skip{--c:var(--skip)}.unsupported{--c:var(--unsupported)}.error{--c:var(--error)}
.bar i,.tile{background:var(--c)}
.counts b{color:var(--c)}
.tools{position:sticky;top:0;z-index:2;background:var(--bg);padding:10px 0;display:flex;flex-wrap:wrap;
gap:8px;align-items:center}
.tools input{flex:1 1 200px;font:inherit;padding:6px 12px;border:1px solid var(--line);border-radius:8px;
background:var(--card);color:inherit}
.tools button{font:inherit;font-size:13px;padding:5px 12px;border:1px solid var(--line);border-radius:16px;
background:var(--card);color:var(--c,var(--ink));cursor:pointer}
.tools button[aria-pressed=true]{background:var(--c,var(--ink));color:var(--card);border-color:transparent}
.chapter{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:14px 0;overflow:hidden}
.chapter>header{display:flex;flex-wrap:wrap;align-items:center;gap:6px 16px;padding:12px 18px;
border-bottom:1px solid var(--line)}
.chapter>header .n{color:var(--dim);font-size:13px}
.tiles{display:flex;flex-wrap:wrap;gap:3px;margin-left:auto}
.tile{width:12px;height:12px;border-radius:3px;display:block}
.tile.pass{opacity:.75}.tile.skip,.tile.unsupported{opacity:.45}
details{border-top:1px solid var(--line);scroll-margin-top:64px}
header+details{border-top:0}
summary{display:grid;grid-template-columns:var(--marks) minmax(0,1fr);gap:14px;padding:8px 18px;
cursor:pointer;list-style:none;align-items:center}
summary::-webkit-details-marker{display:none}
summary:hover{background:var(--bg)}
.marks{display:flex;gap:6px}
.mark{width:26px;height:24px;border-radius:6px;display:grid;place-items:center;font-weight:700;font-size:13px;
color:var(--c);background:color-mix(in srgb,var(--c) 14%,transparent)}
.mark.none{color:var(--dim);background:none}
.mark.one{width:92px;font-size:12px;font-weight:600}
.id{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",Consolas,monospace;color:var(--dim);overflow-wrap:anywhere}
.what{display:block}
.body{padding:6px 18px 18px;border-top:1px dashed var(--line)}
.body dl{display:grid;grid-template-columns:110px minmax(0,1fr);gap:4px 14px;margin:10px 0}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.run{margin:14px 0 0;border-left:3px solid var(--c);padding:2px 0 2px 14px}
.run h4{margin:0;font-size:14px;color:var(--c)}
code{font:13px ui-monospace,"DejaVu Sans Mono",Consolas,monospace;background:var(--code);padding:1px 4px;
border-radius:4px}
pre{font:12.5px/1.5 ui-monospace,"DejaVu Sans Mono",Consolas,monospace;background:var(--code);
border:1px solid var(--line);border-radius:8px;padding:10px 12px;margin:8px 0 0;overflow:auto;max-height:420px;
white-space:pre-wrap;overflow-wrap:anywhere}
pre .s{color:var(--sent)}pre .n{color:var(--dim);font-style:italic}pre .w{color:var(--dim)}
.overview{width:100%;border-collapse:collapse;font-size:14px}
.overview th,.overview td{padding:6px 10px;text-align:left;border-top:1px solid var(--line)}
.overview tr:first-child th{border-top:0;color:var(--dim);font-weight:600}
.overview td .bar{margin:4px 0 0;height:6px}
.overview a{color:inherit}
.legend{color:var(--dim);font-size:13px;margin:26px 4px}
.legend span{display:inline-flex;gap:6px;align-items:center;margin-right:16px}
.heads{display:flex;gap:6px;font-size:12px;color:var(--dim)}
.heads span{width:26px;text-align:center;font-weight:650}
[hidden]{display:none!important}
@media print{.tools{display:none}}
)css";

inline constexpr std::string_view script = R"js(
(function(){
var on={},rows=[].slice.call(document.querySelectorAll('details[data-v]')),
box=document.querySelector('.tools input');
function show(){
 var any=Object.keys(on).length,text=box.value.toLowerCase();
 rows.forEach(function(r){
  var hit=!any||r.dataset.v.split(' ').some(function(v){return on[v]});
  r.hidden=!(hit&&(!text||r.dataset.t.indexOf(text)>=0));
 });
 document.querySelectorAll('.chapter').forEach(function(c){
  c.hidden=!c.querySelector('details[data-v]:not([hidden])');
 });
}
document.querySelectorAll('.tools button').forEach(function(b){
 b.onclick=function(){
  var v=b.dataset.v;
  if(on[v]){delete on[v]}else{on[v]=1}
  b.setAttribute('aria-pressed',!!on[v]);
  show();
 };
});
box.oninput=show;
function follow(){
 var d=location.hash&&document.getElementById(decodeURIComponent(location.hash.slice(1)));
 if(d){d.hidden=false;d.open=true;d.scrollIntoView()}
}
window.onhashchange=follow;
follow();
})();
)js";

}  // namespace cqhttp::conformance::html_assets
