// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/plan.hpp"

#include <algorithm>

#include "engine/model/layers/reals.hpp"
#include "fedmrn/loss.hpp"

namespace fedmrn {
namespace {

/// Collects claims in the order in which a pass runs: every layer forth, losses, metrics, every
/// layer back.
class Planner {
public:
    Planner(const Model& model, const std::vector<Tensor>& values, std::size_t lanes,
            std::size_t batch, bool training)
        : model_(model), values_(values), lanes_(lanes), batch_(batch), training_(training),
          bytes_of_(values.size(), Plan::none), gradient_of_(values.size(), Plan::none) {
        plan_.nodes.resize(model.nodes.size());
        plan_.losses.resize(model.losses.size());
    }

    Plan run() {
        find_roots();
        claim_values();
        if (training_) {
            claim_gradients();
            claim_kept();
        }
        plan_.bytes = place(claims_);
        resolve();
        return std::move(plan_);
    }

private:
    [[nodiscard]] std::size_t forth(std::size_t node) const { return node; }
    [[nodiscard]] std::size_t at_loss(std::size_t loss) const { return model_.nodes.size() + loss; }
    [[nodiscard]] std::size_t at_metrics() const { return at_loss(model_.losses.size()); }
    [[nodiscard]] std::size_t back(std::size_t node) const {
        return at_metrics() + model_.nodes.size() - node;
    }
    [[nodiscard]] std::size_t end() const { return back(0) + 1; }

    [[nodiscard]] std::size_t claim(const Tensor& tensor, std::size_t from, std::size_t to) {
        const std::size_t rows = lanes_ * room_of(tensor.rows, batch_);
        claims_.push_back({rows * tensor.elements() * size_of(tensor.element), from, to});
        return claims_.size() - 1;
    }
    void needed(std::size_t claim, std::size_t moment) {
        claims_[claim].from = std::min(claims_[claim].from, moment);
        claims_[claim].to = std::max(claims_[claim].to, moment);
    }
    void read(std::size_t value, std::size_t moment) { needed(bytes_of_[root_[value]], moment); }

    /// The value whose memory each value has: a view's is what it views.
    void find_roots() {
        for (std::size_t value = 0; value < values_.size(); ++value) {
            root_.push_back(value);
        }
        for (const Model::Node& node : model_.nodes) {
            if (node.layer->is_view()) {
                root_[node.out] = root_[node.in[0]];
            }
        }
    }

    void claim_values() {
        for (const Model::Input& input : model_.inputs) {
            bytes_of_[input.value] = claim(values_[input.value], 0, end());
        }
        for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
            const Model::Node& node = model_.nodes[i];
            if (node.layer->is_view()) {
                continue;
            }
            for (const std::size_t value : node.in) {
                read(value, forth(i));
            }
            bytes_of_[node.out] = claim(values_[node.out], forth(i), forth(i));
        }
        for (std::size_t i = 0; i < model_.losses.size(); ++i) {
            for (const std::size_t value : model_.losses[i].in) {
                read(value, at_loss(i));
            }
        }
        for (const Model::MetricNode& metric : model_.metrics) {
            for (const std::size_t value : metric.in) {
                read(value, at_metrics());
            }
        }
    }

    [[nodiscard]] bool trains(const Model::Node& node) const {
        return std::any_of(node.parameters.begin(), node.parameters.end(), [&](std::size_t i) {
            return model_.layout.tensors[i].role != Role::statistic;
        });
    }

    /// Of each root: whether a parameter lies behind it.
    [[nodiscard]] std::vector<bool> wanted() const {
        std::vector<bool> wanted(values_.size(), false);
        for (const Model::Node& node : model_.nodes) {
            const bool behind =
                trains(node) || std::any_of(node.in.begin(), node.in.end(),
                                            [&](std::size_t in) { return wanted[root_[in]]; });
            wanted[root_[node.out]] = behind && is_real(values_[node.out].element);
        }
        return wanted;
    }

    /// One that writes a share of a root's gradient. Offsets stand for claims until resolve().
    Plan::Gradient share(std::size_t root, std::size_t moment) {
        if (gradient_of_[root] == Plan::none) {
            gradient_of_[root] = claim(values_[root], moment, moment);
            return {gradient_of_[root], Plan::none};
        }
        needed(gradient_of_[root], moment);
        return {claim(values_[root], moment, moment), gradient_of_[root]};
    }

    void claim_gradients() {
        const std::vector<bool> wants = wanted();
        for (std::size_t i = 0; i < model_.losses.size(); ++i) {
            for (const std::size_t value : model_.losses[i].in) {
                plan_.losses[i].dx.push_back(wants[root_[value]] ? share(root_[value], at_loss(i))
                                                                 : Plan::Gradient{});
            }
        }
        for (std::size_t i = model_.nodes.size(); i-- > 0;) {
            const Model::Node& node = model_.nodes[i];
            Plan::Step& step = plan_.nodes[i];
            const std::size_t dy = gradient_of_[root_[node.out]];
            if (node.layer->is_view() || dy == Plan::none) {
                continue;
            }
            step.dy = dy;
            needed(dy, back(i));
            for (std::size_t k = 0; k < node.in.size(); ++k) {
                const std::size_t value = node.in[k];
                Plan::Gradient dx;
                if (wants[root_[value]]) {
                    dx = share(root_[value], back(i));
                } else if (node.layer->needs_dx() && is_real(values_[value].element)) {
                    dx.offset = claim(values_[value], back(i), back(i));
                }
                step.dx.push_back(dx);
                if (node.layer->rereads(k)) {
                    read(value, back(i));
                }
            }
            if (node.layer->rereads_output()) {
                read(node.out, back(i));
            }
        }
    }

    void claim_kept() {
        for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
            const Model::Node& node = model_.nodes[i];
            Plan::Step& step = plan_.nodes[i];
            std::vector<Tensor> in;
            for (const std::size_t value : node.in) {
                in.push_back(values_[value]);
            }
            for (const Tensor& kept : node.layer->kept(in)) {
                step.kept.push_back(
                    claim(kept, forth(i), step.dy != Plan::none ? back(i) : forth(i)));
            }
        }
    }

    /// Claims become their offsets.
    void resolve() {
        const auto offset = [&](std::size_t& claim) {
            claim = claim != Plan::none ? claims_[claim].offset : Plan::none;
        };
        for (const std::size_t root : root_) {
            plan_.values.push_back(claims_[bytes_of_[root]].offset);
        }
        for (std::vector<Plan::Step>* steps : {&plan_.nodes, &plan_.losses}) {
            for (Plan::Step& step : *steps) {
                offset(step.dy);
                for (Plan::Gradient& dx : step.dx) {
                    offset(dx.offset);
                    offset(dx.total);
                }
                for (std::size_t& kept : step.kept) {
                    offset(kept);
                }
            }
        }
    }

    const Model& model_;
    const std::vector<Tensor>& values_;
    std::size_t lanes_, batch_;
    bool training_;
    Plan plan_;
    std::vector<Claim> claims_;
    std::vector<std::size_t> root_;
    std::vector<std::size_t> bytes_of_, gradient_of_; ///< claims of each root
};

} // namespace

std::vector<Tensor> decided(const Model& model, Real real) {
    std::vector<Tensor> values = model.values;
    for (Tensor& value : values) {
        if (value.element == Element::real) {
            value.element = real == Real::f32 ? Element::f32 : Element::bf16;
        }
    }
    return values;
}

std::size_t room_of(const Rows& rows, std::size_t batch) {
    return rows.per == Rows::Per::lane ? 1 : batch * rows.each;
}

Plan make_plan(const Model& model, const std::vector<Tensor>& values, std::size_t lanes,
               std::size_t batch, bool training) {
    return Planner(model, values, lanes, batch, training).run();
}

} // namespace fedmrn
