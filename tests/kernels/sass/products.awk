# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Of cuobjdump -sass: a line a kernel that multiplies on the tensor cores, about the loop that does,
# which is the shortest backward jump over all of the kernel's products: name, products (HMMA), their
# shape, what loads their factors from shared memory (LDSM, LDS), asynchronous copies (LDGSTS),
# loads and stores that do not say which memory (LD, ST), spills (LDL, STL), instructions.
function number(text,    i, value) {
    value = 0
    for (i = 1; i <= length(text); ++i) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return value
}

function report(    i, j, first, last, best, from, to, products, shape, moved, shared, copies, generic, local, all) {
    first = -1
    for (i = 0; i < lines; ++i) {
        if (word[i] ~ /^HMMA/) {
            if (first < 0) first = i
            last = i
        }
    }
    if (first < 0) return
    best = -1
    for (i = last; i < lines; ++i) {
        if (goes[i] != "" && goes[i] <= address[first] && (best < 0 || address[i] - goes[i] < best)) {
            best = address[i] - goes[i]
            from = goes[i]
            to = address[i]
        }
    }
    if (best < 0) {
        print "no loop around the products: " name
        return
    }
    shape = ""
    for (i = 0; i < lines; ++i) {
        if (address[i] < from || address[i] > to) continue
        ++all
        if (word[i] ~ /^HMMA/) {
            ++products
            shape = word[i]
        } else if (word[i] ~ /^LDSM/) ++moved
        else if (word[i] ~ /^LDS($|[.])/) ++shared
        else if (word[i] ~ /^LDGSTS/) ++copies
        else if (word[i] ~ /^(LD|ST)($|[.])/) ++generic
        else if (word[i] ~ /^(LDL|STL)/) ++local
    }
    printf "%s %d %s %d %d %d %d %d %d\n", name, products, shape, moved, shared, copies, generic, local, all
}

/Function :/ {
    report()
    name = $NF
    lines = 0
    delete word
    delete goes
    delete address
    next
}
/^[ \t]*\/\*[0-9a-f]+\*\/ / {
    match($0, /\/\*[0-9a-f]+\*\//)
    at = substr($0, RSTART + 2, RLENGTH - 4)
    text = substr($0, RSTART + RLENGTH)
    sub(/^[ \t]+/, "", text)
    sub(/^@!?U?P[0-9T]+ +/, "", text)
    split(text, parts, /[ ;]/)
    address[lines] = number(at)
    word[lines] = parts[1]
    goes[lines] = ""
    if (parts[1] ~ /^BRA/ && match(text, /0x[0-9a-f]+/)) {
        target = number(substr(text, RSTART + 2, RLENGTH - 2))
        if (target < address[lines]) goes[lines] = target
    }
    ++lines
}
END { report() }
