"""Write the digest of every kind of output of one small report; run in a folder of its own by test_same_bytes."""

import hashlib
import json
import sys

sys.path.insert(0, sys.argv[1])
from conftest import GRID, GROUPS, INDICATORS, QUESTIONS, build_report, regions_table

from surveykit.report import (
    BRIEF_TEMPLATE,
    build_district_pdfs,
    build_docx,
    build_pdf,
    build_xlsx,
    data_files,
    figure_files,
    make_brief,
    make_document,
    render_html,
)

few = {"regions": regions_table().head(3), "indicators": INDICATORS[1:3], "groups": GROUPS[:1]}
report = build_report(questions=(QUESTIONS[0], GRID[0], GRID[1]), **few)
estimates = {key: table for key, table in report.estimates.items() if key != "age_group"}
report = build_report(estimates=estimates, questions=(QUESTIONS[0], GRID[0], GRID[1]), **few)
document = make_document(report)
page = render_html(document)
files = figure_files(document)
made = {
    "print.html": page.encode(),
    "screen.html": render_html(document, medium="screen").encode(),
    "report.pdf": build_pdf(page),
    "archive.pdf": build_pdf(page, variant="pdf/a-3u", attachments=files, published=document.published),
    "brief.pdf": build_pdf(render_html(make_brief(report), template=BRIEF_TEMPLATE)),
    "report.docx": build_docx(document),
    "report.xlsx": build_xlsx(document),
    **data_files(report),
    **{f"{name}.pdf": data for name, data in build_district_pdfs(report, districts=["jinjiang"], workers=1).items()},
}
print(json.dumps({name: hashlib.sha256(data).hexdigest() for name, data in made.items()}))
