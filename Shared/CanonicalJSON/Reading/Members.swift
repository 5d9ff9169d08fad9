/// Finds the members of an object by the program's names for them.
struct Members {
    /// Members among which a name is looked for one by one; beyond it, by their hash: what a
    /// stranger sends may have a hundred thousand, and be asked for each.
    private static let few = 32

    let document: Document
    let object: Int
    private let naming: Naming
    /// Where the members of a large object are.
    private let index: [String: Int]?

    init(of object: Int, in document: Document, naming: Naming) {
        self.document = document
        self.object = object
        self.naming = naming
        guard document.nodes[object].length > Self.few else {
            index = nil
            return
        }
        index = Dictionary(
            Self.all(of: object, in: document, inCamelCase: naming == .snakeCase)
        ) { first, _ in first }
    }

    /// As the program has them.
    var names: [String] {
        Self.all(of: object, in: document, inCamelCase: naming != .same).map(\.name)
    }

    /// The place of a member's value: of two members with one name, the first's.
    func place(of name: String) -> Int? {
        guard let place = search(for: name) else {
            document.misses?.note(name, in: object)
            return nil
        }
        document.askFor(place - 1)
        return place
    }

    private func search(for name: String) -> Int? {
        if let index { return index[naming == .exactSnakeCase ? SnakeCase.name(name) : name] }
        var wanted = name
        return wanted.withUTF8 { wanted in
            document.withText { text in search(text, for: wanted) }
        }
    }

    private func search(_ text: Text, for wanted: Text) -> Int? {
        let end = Int(document.nodes[object].end)
        var name = object + 1
        while name < end {
            if text.isName(document.nodes[name], wanted, by: naming) {
                return name + 1
            }
            name = Int(document.nodes[name + 1].end)
        }
        return nil
    }

    private static func all(
        of object: Int, in document: Document, inCamelCase: Bool
    ) -> [(name: String, place: Int)] {
        let nodes = document.nodes
        var all: [(name: String, place: Int)] = []
        all.reserveCapacity(Int(nodes[object].length))
        document.withText { text in
            var name = object + 1
            while name < nodes[object].end {
                all.append((text.name(nodes[name], inCamelCase: inCamelCase), name + 1))
                name = Int(nodes[name + 1].end)
            }
        }
        return all
    }
}
