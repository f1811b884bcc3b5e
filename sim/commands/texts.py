"""Help texts. They teach by example; the examples are run by the tests."""

from __future__ import annotations

OVERVIEW = """\
pollday simulates the security of a polling day: police and gendarmerie at thousands of polling centres, what they respond
to, how long it takes, and what another split of the same officers would change.

  pollday run                                      a day in a small demonstration city (seconds)
  pollday run preset=dz-2017-national              Algeria 2017: 12,400 centres, 58,668 offices
  pollday run preset=dz-2017-national staffing.patrol_cars_factor=1.2 seed=3
  pollday run my-case/                             a case of your own: units.csv, sites.csv, tape.csv
  pollday sweep                                    compare staffing options: table with intervals, and plots

commands:
{commands}

`pollday --completion bash` (zsh, fish) prints what the tab key needs.
`pollday COMMAND --help` explains a command with examples. Every command takes --json.
Settings are written key=value; `pollday run --cfg job` prints them all with their values, docs/config.md explains them."""

_SETTINGS = """
settings:
  preset=NAME             a whole day: territory, calendar, demand, forces (default: demo-city)
  GROUP=OPTION            another option of one group, such as dispatch=mutual-aid or demand=tense
  KEY=VALUE               one value: seed=3, staffing.absence=0.1, calendar.closing=20:00
  ~KEY                    take one entry out of a table: ~staffing.centres_per_rrv.rural
  Lists and tables: dispatch.reserve=[0,0,2,2]  staffing.fixed.police.day=12  demand.areas.06=tense
  Words with letters beyond a-z stand in quotes: name="'يوم'"
"""

RUN = f"""
examples:
  pollday run
  pollday run preset=dz-2017-national
  pollday run preset=dz-2017-national staffing.patrol_cars_factor=1.2 seed=3 --json
  pollday run dispatch=reserve demand=high --out runs/what-if
  pollday run --cfg job                            all settings with their values, nothing is run
  pollday run --tape day.csv                       a tape drawn before, or edited by hand
  pollday run --exercise staff-shortage            a shipped exercise with its injects (docs/exercises)
  pollday run my-case                              a folder with units.csv, sites.csv, tape.csv (docs/folder.md)
  pollday run my-case policy=least_time            its world.yaml with one rule changed
{_SETTINGS}
The run is saved in runs/NAME-SEED-REPLICATION (manifest.json, scenario, tape, trace, incidents.csv, measures, tables), for
you alone to read. `pollday measures` reads it back. What is printed leaves out areas of fewer than five centres."""

SWEEP = f"""
examples:
  pollday sweep                                    the default study: four staffing options on the same days
  pollday sweep preset=demo-city staffing.patrol_cars_factor=0.8,1.0,1.2
  pollday sweep preset=demo-city dispatch=default,reserve,mutual-aid --replications 20
{_SETTINGS}
Several values make one option each: a=1,2  b=range(5,20,5)  c=choice(x,y)  dispatch=glob(*). All options face the very same days.
design=zip|one_at_a_time|csv|latin|sobol|swap|simplex chooses points otherwise; --cfg job shows them (docs/studies.md)."""

RESULTS = """
examples:
  pollday results national-staffing                how far it is, headline figures, and what failed
  pollday results national-staffing --measure response_mean,coverage --option "as planned"
  pollday results national-staffing --by area --measure response_mean
  pollday results national-staffing --by run --measure all --json
  pollday results national-staffing --export runs.csv
  pollday results national-staffing --export areas.parquet --by area

It only reads, and may be asked at any time: of a sweep that is running it shows what is stored by then. Without --by, the
screen shows options and an export has one row for each run. runs.dictionary.csv says what every column of runs.csv means."""

REPORT = """
examples:
  pollday report national-staffing                 writes national-staffing/report-en.html
  pollday report national-staffing language=fr     en, fr, ar, ar_DZ, ar_LY or ar_MA
  pollday report national-staffing language=ar share=internal
  pollday report national-staffing "baseline=as planned"
  pollday report national-staffing --figures png,svg,pdf      also every figure as a file, in national-staffing/figures-en/

One file that opens by double click, needs no network and prints its first page on one A4. It reads what is stored, also of a
sweep that was stopped half-way. share=restricted (left out) shows areas of at least five centres, internal all of them and
stamps every page, public no single area (docs/report.md)."""

COMPARE = """
examples:
  pollday compare national-staffing "as planned" "10 % of posts to cars"
  pollday compare short normal language=fr

Two options of one study, or two studies of one option each that faced the same days (one seed, one demand). The first is the
baseline. Prints the figures side by side and writes compare-en.html with compare-tables into the first study's folder."""

REPLAY = """
examples:
  pollday replay runs/demo-city-2017-0             writes runs/demo-city-2017-0-replay-en.html
  pollday replay runs/demo-city-2017-0 language=ar share=internal
  pollday replay runs/before --against runs/after --out compared.html

One file that opens by double click and needs no network: a map of units and incidents with a clock, play, strips of the day,
lists, and the story of each incident and unit. With --against two plans run side by side on the same day (one tape), and the
incidents that went otherwise are marked. share=restricted (left out) shows places by groups of at least five centres, internal
every site and stamps the page (docs/replay.md)."""

POWER = """
examples:
  pollday power cars --measure response_mean --difference 30
  pollday power cars --difference 5 --power 0.9 --json

Takes the spread of the daily differences that the study has stored, and says for every option how many days would show a
difference of that size (in the measure's unit, seconds or shares), and which difference the stored days would have shown.
Both by the noncentral t distribution."""

TERRITORY = f"""
examples:
  pollday territory preset=dz-2017-national
  pollday territory preset=dz-2017-national --language ar
  pollday territory preset=dz-2017-national territory.centres=12457 territory.offices=55866 --json
{_SETTINGS}"""

FORCES = f"""
examples:
  pollday forces preset=dz-2017-national
  pollday forces preset=dz-2017-national staffing.move_from=posts staffing.move_share=0.05
  pollday forces staffing.absence=0.12 --json
{_SETTINGS}
Heads mobilised are the sum of all tasks, rest and absence, in every area, force and hour."""

PLAN = f"""
examples:
  pollday plan export plan.xlsx preset=dz-2017-national language=fr
  pollday plan export plan.xlsx preset=demo-city staffing.patrol_cars_factor=1.2 language=ar
  pollday plan import plan.xlsx                    check it: what has changed, does the ledger close
  pollday plan import plan.xlsx -o plan.yaml       as settings, for experiment=plan.yaml
  pollday run plan=plan.xlsx                       the day with this plan
  pollday sweep plan=preset,a.xlsx,b.xlsx          two plans against the one of the settings, on the same days
{_SETTINGS}
The workbook has heads on duty by area, force, unit and shift, in the language asked for (en, fr, ar, ar_DZ, ar_LY, ar_MA); it is
read in any of them. Fill in the coloured cells. What heads cannot say (absence, reinforcement, alert levels) stays with the
settings that the workbook came from, which it carries along; words typed beside plan=… win over them. Formulas count with the
value that was saved with them; macros and links are never opened. The whole page: docs/plan.md."""

TAPE = f"""
examples:
  pollday tape --out day.csv
  pollday tape preset=demo-city seed=3 replication=7 --out day.csv
  pollday run --tape day.csv
{_SETTINGS}
`pollday tape RUNDIR --out day.csv` takes that of a run, to be edited (docs/scenarios.md).
Vehicles of interest, gatherings, injects, legs of planned tasks, warnings and rumours are saved beside day.csv as
day.vehicles.csv, day.rallies.csv, day.injects.csv, day.legs.csv, day.warnings.csv and day.rumours.csv."""

MEASURES = """
examples:
  pollday measures runs/demo-city-2017-0
  pollday measures runs/demo-city-2017-0 --json

Reads a run directory, checks every file against its manifest and computes the measures again."""

FORK = """
examples:
  pollday fork runs/demo-city-2017-0 --at 14:30 --change desk_operators.Z1/police=8
  pollday fork runs/demo-city-2017-0 --at 14:30 --change road_slowed.90010001=3,lasts=90min,within=800 --continuations 20
  pollday fork runs/demo-city-2017-0 --at 14:30 --change redirect=1 --change alert_level.Z1=raised,at=15:00

Up to the moment the day is that of the run, record by record; without a change so is the rest. A change is an effect of
docs/scenarios.md (EFFECT.TARGET=VALUE, or EFFECT=TARGET where there is no value), then at=, lasts=, within=, when= after commas;
remove=ID takes an incident out, tape=FILE puts more in. Continuations share the day up to the moment; the rest is drawn anew."""

VERIFY = """
examples:
  pollday verify runs/demo-city-2017-0
  pollday verify runs/demo-city-2017-0 --json

Checks every file of a run against its manifest, makes scenario and tape again from the settings and the seed in it, refuses to go
on where they are not those of the run, runs the day again and compares it record by record. If one differs it says which, in
both versions, and ends with exit code 1 (docs/replay.md)."""

EXPORT = """
examples:
  pollday export runs/demo-city-2017-0 --date 2017-05-04
  pollday export runs/demo-city-2017-0 --as incidents.geojson,trips.geojson share=internal
  pollday export runs/demo-city-2017-0 --as fixes.csv --from 07:00 --to 19:30 --out friday
  pollday export runs/market-day --origin 3.05,36.75        a case with x and y in metres

files (columns: docs/replay.md):
  incidents.geojson   a point for each incident and planned task, with start and end: QGIS with its clock
  trips.geojson       a line for each unit and stretch of duty, with the time at every vertex: kepler.gl
  fixes.csv           the same movements as rows of unit, time and place: MovingPandas, QGIS, spreadsheets
  records.csv         every record of what is shown, each with its cause

share=restricted (left out) shows places by groups of at least five centres and no single site or post, internal all of them."""

PAPER = """
examples:
  pollday paper staff-shortage language=fr
  pollday paper mine.yaml language=ar --out cards

Two pages that print from any browser: the director's list with a card for each inject (cut along the dashes), and the log that
the room keeps. Languages: en, fr, ar, ar_DZ, ar_LY, ar_MA. The exercises are described in docs/exercises."""

EXPLAIN = """
examples:
  pollday explain response_mean
  pollday explain potential_response --json
  pollday explain staffing.absence"""

BENCH = ""
