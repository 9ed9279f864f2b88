"""Opens workbooks with openpyxl and prints one cell of each, as lines of JSON."""

import json
import sys

import openpyxl

for argument in sys.argv[1:]:
    path, sheet, address = argument.split("|")
    book = openpyxl.load_workbook(path)
    value = book[sheet][address].value
    print(json.dumps({"sheets": book.sheetnames, "value": value}))
