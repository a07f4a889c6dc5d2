//! A chart's figures as a table, for whoever wants to read or copy them.

use domain::Timestamp;
use leptos::prelude::*;

#[component]
pub(super) fn FiguresTable(
    what: &'static str,
    columns: &'static [&'static str],
    /// By the beginning of each step.
    rows: Vec<(Timestamp, Vec<String>)>,
) -> impl IntoView {
    let heads = columns.iter().map(|words| view! { <th scope="col">{*words}</th> }).collect::<Vec<_>>();
    let row = |(start, cells): (Timestamp, Vec<String>)| {
        let cells =
            cells.into_iter().map(|cell| view! { <td class="number">{cell}</td> }).collect::<Vec<_>>();
        let words = start.readable();
        view! {
            <tr>
                <th scope="row"><time datetime=start.to_string()>{words}</time></th>
                {cells}
            </tr>
        }
    };
    let rows = rows.into_iter().map(row).collect::<Vec<_>>();
    view! {
        <details class="figures">
            <summary>"Show as table"</summary>
            <div class="table-scroll" role="region" aria-label=what tabindex="0">
                <table class="table table-figures">
                    <thead>
                        <tr><th scope="col">"From"</th>{heads}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
