#include "overlay/space.h"
