/* A metric that calls itself a policy. */
#define ID "policy.kind_prefix"
#include "../plain_component.h"

PLAIN_MODULE(&plain);
