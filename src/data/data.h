/* Where training data comes from and what became of it: sources, samples, steps, mixtures, runs,
 * and the questions one asks of them. This header is the room's public face. */
#ifndef SW_DATA_DATA_H
#define SW_DATA_DATA_H

#include "data/record.h"
#include "data/rows.h"

#include "data/lineage.h"

#include "data/claims.h"
#include "data/diff.h"
#include "data/proof.h"
#include "data/reach.h"
#include "data/summary.h"
#include "data/taint.h"
#include "data/trace.h"

#include "data/consumption.h"
#include "data/mixture.h"
#include "data/source.h"
#include "data/training.h"

#include "data/salt.h"
#include "data/verify.h"

#include "data/event_writer.h"
#include "data/ingest.h"
#include "data/run.h"
#include "data/sample_id.h"

#include "data/report.h"

#include "data/exchange.h"

#endif
