#include "overlay/values.h"
