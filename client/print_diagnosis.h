/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A diagnosis for people, and as JSON. */
#ifndef OOMK_PRINT_DIAGNOSIS_H
#define OOMK_PRINT_DIAGNOSIS_H

#include <json-c/json.h>

#include "diagnosis.h"

void print_diagnosis(struct text *text, const struct node *event,
		     const struct diagnosis *diagnosis);

/* Adds the keys "cause" and "findings" to the object of the event. */
void json_add_diagnosis(struct json_object *event, const struct diagnosis *diagnosis);

#endif /* OOMK_PRINT_DIAGNOSIS_H */
