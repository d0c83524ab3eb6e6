"""From counters to consumption: what is booked by hour, day and month.

One room for each thing, the later ones made of the earlier:

    counter   a counter's readings to the consumption of hours: arithmetic without a database
    facts     what people say of counters: replacements 换表单, ratios, roll-overs, confirmed rises
    bills     bills and manual readings 账单, spread over their days
    virtual   virtual meters 虚拟表: formulas of other points
    tree      which meter stands below which 总分表, and whether the parts make up the whole
    tariffs   price tables, and what a month costs
    shares    parts of institutions in a building they use together 份额
    closing   reported months 关账, and the corrections 更正单 that alone change them
    books     the bookkeeper: takes what is dirty, asks the rooms above, writes the rows
    replay    what the bookkeeper would say of somebody's export

Beside them lies what all share: the tables (models), what to book afresh (marks), days and months, quality,
questions (queries), names of points, the check that everything adds up (checks).
"""
