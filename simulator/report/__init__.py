"""Pictures of a run: pure functions from `Run` to matplotlib figures, and `write`, which makes files of them.

    write        table of plots → PNG and SVG
    over_time    waste by fate, emissions by scope, variants side by side
    totals       sums per variant, with the difference to the first
    stock_plots  products in use and inventories over time
    age_plots    what is in use by age, and what retires, by use
    targets      the path of every target against the progress of each variant
    energy       who supplies each carrier, over time (supply: the energy table, every MWh once)
    money        cash flow of companies, and their gain against the first variant
    match_bars   what candidates of a match save
    network_map  where mass and energy go: places → arrows → names → drawing
    sankey       who sends what to whom: links → layers → measures → geometry → labels → drawing (room: what is covered)
    series       tables → arrays over reporting periods
    grain        reporting periods → the days, months or years that are drawn
    style        type, colours, units; one colour per fate, scope and material everywhere

Matplotlib is imported inside the functions that draw, and only its object interface is used: nothing global changes.
"""

from simulator.report.write import figures, write

__all__ = ["figures", "write"]
