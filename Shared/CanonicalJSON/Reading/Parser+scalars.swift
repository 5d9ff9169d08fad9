extension Parser {
    mutating func word(_ word: StaticString, _ kind: Node.Kind) throws(JSONFault) {
        let start = cursor.position
        guard cursor.take(word) else { throw malformed("Expected '\(word)'.") }
        add(kind, from: start)
    }

    mutating func number() throws(JSONFault) {
        let start = cursor.position
        _ = cursor.take(UInt8(ascii: "-"))
        if !cursor.take(UInt8(ascii: "0")) {
            try digits()
        }
        switch cursor.next {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            if strictness == .request {
                throw fault(.forbidden, "Numbers are integers, without fraction or exponent.")
            }
            try fractionAndExponent()
            add(.number, from: start)
        case let byte? where byte.isDigit:
            throw malformed("A number does not begin with 0.")
        default:
            add(.integer, from: start)
            try checkLastInteger()
        }
    }

    private mutating func digits() throws(JSONFault) {
        guard cursor.skipDigits() > 0 else { throw malformed("Expected a digit.") }
    }

    private mutating func fractionAndExponent() throws(JSONFault) {
        if cursor.take(UInt8(ascii: ".")) { try digits() }
        guard cursor.take(UInt8(ascii: "e")) || cursor.take(UInt8(ascii: "E")) else { return }
        if !cursor.take(UInt8(ascii: "+")) { _ = cursor.take(UInt8(ascii: "-")) }
        try digits()
    }

    private func checkLastInteger() throws(JSONFault) {
        // What has up to 18 digits fits.
        guard strictness == .request, let node = nodes.last, node.length > 18 else { return }
        guard Digits.integer(text.bytes(of: node), as: Int64.self) != nil else {
            throw fault(.forbidden, "An integer has at most 64 bits.")
        }
    }

    mutating func string() throws(JSONFault) {
        try expect("\"")
        let start = cursor.position
        var kind = Node.Kind.string
        while true {
            cursor.skipPlainText()
            guard let byte = cursor.next else { throw malformed("A string does not end.") }
            if byte == UInt8(ascii: "\"") {
                add(kind, from: start)
                cursor.advance()
                return
            }
            cursor.advance()
            guard byte == UInt8(ascii: "\\") else {
                throw malformed("A control character in a string.")
            }
            kind = .escapedString
            try escape()
        }
    }

    private mutating func escape() throws(JSONFault) {
        switch Escape.read(&cursor) {
        case .scalar("\0") where strictness == .request:
            throw fault(.forbidden, "A string holds a NUL character.")
        case .scalar: break
        case .unknown: throw malformed("An unknown escape in a string.")
        case .unfinished: throw malformed("A string does not end.")
        case .noDigits: throw malformed("Expected four hexadecimal digits.")
        case .halfPair: throw fault(.forbidden, "A string holds half of a surrogate pair.")
        }
    }

    mutating func expect(_ character: Unicode.Scalar) throws(JSONFault) {
        guard cursor.take(UInt8(ascii: character)) else {
            throw malformed("Expected '\(character)'.")
        }
    }

    private mutating func add(_ kind: Node.Kind, from start: Int) {
        let length = UInt32(cursor.position - start)
        nodes.append(
            Node(kind: kind, start: UInt32(start), length: length, end: UInt32(nodes.count + 1)))
    }
}

extension Parser {
    // MARK: Faults

    func malformed(_ reason: String) -> JSONFault {
        fault(.malformed, "\(reason) (at byte \(cursor.position))")
    }

    /// A fault of what is read now.
    func fault(_ kind: JSONFault.Kind, _ reason: String) -> JSONFault {
        let path = (isInValue ? open[...] : open.dropLast()).map { container in
            container.isObject
                ? PathKey(text.string(nodes[container.name]))
                : PathKey(index: Int(nodes[container.place].length))
        }
        return JSONFault(kind: kind, reason: reason, path: FieldPath.text(path))
    }
}
